"""The cookies of this site. Each is made and read here; other sites can neither set nor read them."""

from datetime import timedelta

from litestar.datastructures import Cookie

from server.settings import Settings
from server.web.dependencies import Connection

PREFIX = "__Host-"
# Browsers send a cookie of localhost to every port there: a bare name could be another program's too.
LOCAL_PREFIX = "local-"
PERSON_COOKIE = "__Host-interlude"  # the session of a patient or caregiver
OTHERS_COOKIE = "__Host-interlude-others"  # the sessions of a caregiver's other patients (case 97)
STAFF_COOKIE = "__Host-interlude-desk"  # the session of a staff member
LINK_COOKIE = "__Host-link"  # the link that somebody opened in this browser while signed out


def cookie(connection: Connection, name: str, value: str, life: timedelta) -> Cookie:
    """A cookie that scripts can't read. Where the site uses `__Host-`, only this host can set it, over https."""
    settings: Settings = connection.app.state.settings
    return Cookie(
        key=name_on(settings, name),
        value=value,
        path="/",
        secure=are_secure(settings),
        httponly=True,
        samesite="lax",
        max_age=int(life.total_seconds()),
    )


def value_of(connection: Connection, name: str) -> str:
    """The cookie's value; "" if the browser did not send it."""
    return connection.cookies.get(name_on(connection.app.state.settings, name), "")


def name_on(settings: Settings, name: str) -> str:
    """This site's name for the cookie that is `name` on https."""
    return name if are_secure(settings) else name.replace(PREFIX, LOCAL_PREFIX, 1)


def are_secure(settings: Settings) -> bool:
    """False on http://localhost alone: WebKit refuses Secure cookies there (case 161)."""
    return not settings.is_plain_loopback
