"""The cookies of a browser: its sessions and its language."""

from dataclasses import replace

from litestar.datastructures import Cookie

from server import language
from server.access import rules as access_rules
from server.web.dependencies import Connection

PERSON_COOKIE = "__Host-interlude"
STAFF_COOKIE = "__Host-interlude-desk"
LANGUAGE_COOKIE = "__Host-language"


def session_cookie(token: str, of_staff: bool = False) -> Cookie:
    """`__Host-`: sent to this host only, over https (or localhost) only. HttpOnly: scripts cannot read it."""
    life = access_rules.STAFF_SESSION_LIFE if of_staff else access_rules.PERSON_SESSION_LIFE
    return Cookie(
        key=STAFF_COOKIE if of_staff else PERSON_COOKIE,
        value=token,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=int(life.total_seconds()),
    )


def session_token(connection: Connection) -> str:
    """The person's session token in this browser's cookie, even if the session has expired; "" if there is none."""
    return connection.cookies.get(PERSON_COOKIE, "")


def ended_cookie(of_staff: bool = False) -> Cookie:
    """Deletes the session cookie. Browsers delete a `__Host-` cookie only if the attributes are the same."""
    return replace(session_cookie("", of_staff), max_age=0)


def language_cookie(locale: str) -> Cookie:
    return replace(session_cookie(locale), key=LANGUAGE_COOKIE)


def chosen_language(connection: Connection) -> str | None:
    """The language chosen in this browser, before or after signing in; None if there is none."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in language.LANGUAGES else None
