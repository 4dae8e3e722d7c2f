"""How this browser shows pages, whoever is signed in."""

from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from server.web import cookies

# Text size in percent; seconds per step of one-switch scanning; speed of the Read aloud button, or "off". The first
# value is the default.
LOOKS = {"size": ("100", "150", "200"), "scan": ("", "1", "2", "3", "5"), "aloud": ("normal", "slow", "off")}
LOOK_LIFE = timedelta(days=400)  # the longest that browsers allow


def look_of(request: Request[Any, Any, Any], name: str) -> str:
    chosen = cookies.value_of(request, f"__Host-{name}")
    return chosen if chosen in LOOKS[name] else LOOKS[name][0]


def look_cookie(request: Request[Any, Any, Any], name: str, value: str) -> Cookie:
    return cookies.cookie(request, f"__Host-{name}", value, LOOK_LIFE)
