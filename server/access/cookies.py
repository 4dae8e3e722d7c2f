"""The cookies of a browser: its sessions, its language, and signs of its device."""

from dataclasses import replace
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from server import language
from server.access import platforms
from server.access import rules as access_rules
from server.access.platforms import BrowserSigns, DeviceSigns, Link
from server.access.shared_phone import rules as shared_phone
from server.access.shared_phone.rules import Tokens
from server.web.cookies import LINK_COOKIE, OTHERS_COOKIE, PERSON_COOKIE, STAFF_COOKIE, cookie, value_of
from server.web.dependencies import Connection

LANGUAGE_COOKIE = "__Host-language"
DEVICE_COOKIE = "__Host-device"  # written by pwa/platform.js


def session_cookie(connection: Connection, token: str, of_staff: bool = False) -> Cookie:
    if of_staff:
        return cookie(connection, STAFF_COOKIE, token, access_rules.STAFF_SESSION_LIFE)
    return cookie(connection, PERSON_COOKIE, token, access_rules.PERSON_SESSION_LIFE)


def session_token(connection: Connection, of_staff: bool = False) -> str:
    """The session token in this browser's cookie, even if the session has expired; "" if there is none."""
    return value_of(connection, STAFF_COOKIE if of_staff else PERSON_COOKIE)


def ended_cookie(connection: Connection, of_staff: bool = False) -> Cookie:
    """Deletes the session cookie. Browsers delete a `__Host-` cookie only if the attributes are the same."""
    return replace(session_cookie(connection, "", of_staff), max_age=0)


def tokens_of(connection: Connection) -> Tokens:
    """The session tokens of patients and caregivers in this browser, ended sessions included."""
    return shared_phone.read(session_token(connection), value_of(connection, OTHERS_COOKIE))


def others_cookie(connection: Connection, tokens: Tokens) -> Cookie:
    """The cookie with the sessions beside the active one; without any, it deletes the cookie."""
    made = cookie(connection, OTHERS_COOKIE, ".".join(tokens.others), access_rules.PERSON_SESSION_LIFE)
    return made if tokens.others else replace(made, max_age=0)


def carry(connection: Connection, response: Response[Any], tokens: Tokens) -> None:
    """Make the browser carry these sessions. A browser with a single session never gets the second cookie."""
    response.set_cookie(session_cookie(connection, tokens.active))
    if tokens.others or value_of(connection, OTHERS_COOKIE):
        response.set_cookie(others_cookie(connection, tokens))


def language_cookie(connection: Connection, locale: str) -> Cookie:
    return cookie(connection, LANGUAGE_COOKIE, locale, access_rules.PERSON_SESSION_LIFE)


def chosen_language(connection: Connection) -> str | None:
    """The language chosen in this browser, before or after signing in; None if there is none."""
    chosen = value_of(connection, LANGUAGE_COOKIE)
    return chosen if chosen in language.LANGUAGES else None


def device_of(connection: Connection) -> DeviceSigns:
    """The device that this browser runs on, according to its script or its headers."""
    reported, hinted = value_of(connection, DEVICE_COOKIE), connection.headers.get("sec-ch-ua-platform", "")
    return platforms.read(reported, _user_agent(connection), hinted)


def device_name(connection: Connection) -> str:
    """A name that people understand for the device that sent the request."""
    return platforms.name_of(device_of(connection), _user_agent(connection))


def _user_agent(connection: Connection) -> str:
    return connection.headers.get("user-agent", "")


def browser_of(connection: Connection) -> BrowserSigns:
    """Read the signs that this browser sends to the join page."""
    link = value_of(connection, LINK_COOKIE)
    tokens = tokens_of(connection)
    return BrowserSigns(
        device_of(connection), Link(link) if link in tuple(Link) else None, tokens.active, tokens.others
    )
