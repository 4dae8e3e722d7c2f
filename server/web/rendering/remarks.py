"""A remark that a page shows once, such as "refused". It is not in the address, so no reload repeats it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote

from litestar import Request, Response
from litestar.datastructures import Cookie

from server.web import cookies
from server.web.read_only_requests import IS_READ_ONLY

COOKIE = "__Host-remark"
LIFE = timedelta(minutes=1)  # the next page follows at once


class RemarkKind(StrEnum):
    """`LATE`: an act of an older page was refused. `DONE`: an act that the page offers to undo; `about` names its row.

    `NEWER_REPLY`: a newer reply has come, so that the older one was not taken off the list. `KEPT_AS_VERSION` and
    `SENT_BEFORE`: what staff entered by phone is kept beside answers that came from a phone before, or says the same.
    """

    LATE = "late"
    DONE = "done"
    NEWER_REPLY = "newer-reply"
    KEPT_AS_VERSION = "kept-as-version"
    SENT_BEFORE = "sent-before"


@dataclass(frozen=True)
class Remark:
    kind: RemarkKind
    about: str = ""


def leave(request: Request[Any, Any, Any], path: str, remark: Remark) -> Cookie:
    """The cookie that brings the remark to the page at `path`."""
    page = path.partition("#")[0].partition("?")[0]
    return cookies.cookie(request, COOKIE, quote(f"{remark.kind} {remark.about} {page}", safe=""), LIFE)


def about(request: Request[Any, Any, Any], kind: RemarkKind) -> str | None:
    """The subject of the remark for this page; None if there is no such remark for it."""
    parts = unquote(cookies.value_of(request, COOKIE)).split(" ")
    is_here = len(parts) == 3 and parts[0] == kind and parts[2].rstrip("/") == request.url.path.rstrip("/")
    return parts[1] if is_here else None


def forget(request: Request[Any, Any, Any], response: Response[Any]) -> None:
    """Delete the remark that the page has shown. A HEAD request shows it to nobody."""
    is_here = any(about(request, kind) is not None for kind in RemarkKind)
    if is_here and request.method == "GET" and not request.scope.get(IS_READ_ONLY):
        response.set_cookie(replace(cookies.cookie(request, COOKIE, "", LIFE), max_age=0))
