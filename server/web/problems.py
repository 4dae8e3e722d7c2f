"""Errors in plain words: a page for a person, a problem document (RFC 9457) for a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from sqlalchemy.exc import OperationalError

from server import language
from server.language import gettext as _
from server.language import mark
from server.web import cookies, render
from server.web.dependencies import MayOpen
from server.web.form_fields import TooLong

log = structlog.get_logger()
T = TypeVar("T")
LINKS = {"check-ins": "check-in", "visits": "visit"}
LINK_LIFE = timedelta(minutes=10)
STAFF_ROUTES = (MayOpen.STAFF, MayOpen.CLINICIAN, MayOpen.ADMIN)

WORDS = {
    400: mark("We couldn't read that. Please go back and try again."),
    401: mark("Please sign in again. Nothing you sent is lost on this phone."),
    403: mark("This page is too old to use. Please open it again."),
    404: mark("We can't find that page."),
    405: mark("That can't be done here."),
    409: mark("This was already sent, with other answers. Both are kept. The clinic will look at it."),
    410: mark("This is over. It was cancelled, or its time has passed. You don't need to do anything."),
    413: mark("That's too large."),
    422: mark("Please check the form. Something is missing or not right."),
    429: mark("Too many tries. Please wait 15 minutes, or call the clinic."),
    500: mark("Something went wrong on our side. Nothing you sent before is lost. Please try again."),
    503: mark("We're too busy to save this right now. Nothing was sent. Please try again in a minute."),
}

# A form without any cookie. A form of another site comes without cookies too, but is not for us to explain.
COOKIES_OFF = mark(
    "Your browser doesn't keep cookies for this site, so we couldn't take this. "
    "Please allow cookies in your browser's settings. Then open this page again."
)


@dataclass(frozen=True)
class Onward:
    """The button of an error page."""

    path: str
    label: str


@dataclass(frozen=True)
class Problem:
    """An error page. `typed` is what the person wrote, which the page gives back."""

    words: str
    onward: Onward
    detail: str = ""
    typed: Sequence[str] = ()


def found(row: T | None) -> T:
    """The row. Raises NotFoundException (404) if there is none, or it belongs to someone else."""
    if row is None:
        raise NotFoundException
    return row


def wants_json(request: Request[Any, Any, Any]) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/html" not in accepted and ("json" in accepted or "json" in request.headers.get("content-type", ""))


def answer(
    request: Request[Any, Any, Any], status: int, detail: str = "", words: str = "", typed: Sequence[str] = ()
) -> Response[Any]:
    """An error response of this status: a page or JSON, as the caller accepts.

    `words` replace the usual ones of the status. `typed` is what the person wrote: the page gives it back.
    """
    words = words or language.gettext(WORDS.get(status, WORDS[500]))
    if wants_json(request):
        body = {"type": "about:blank", "status": status, "title": words, "detail": detail}
        return Response(body, status_code=status, media_type="application/problem+json", headers=render.FRESH)
    home = ("/staff", _("Back to the inbox")) if request.url.path.startswith("/staff") else ("/", _("Back to Home"))
    return _page(request, status, Problem(words, Onward(*home), detail, typed))


def _page(request: Request[Any, Any, Any], status: int, problem: Problem) -> Response[Any]:
    return render.page(request, "shared/problem.html", status, problem=problem)


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if isinstance(error, NotAuthorizedException) and not wants_json(request):
        who = (error.extra or {}).get("who", MayOpen.PERSON) if isinstance(error.extra, dict) else MayOpen.PERSON
        if request.method == "GET":
            return render.go(request, "/staff/sign-in") if who in STAFF_ROUTES else _sign_in_first(request)
    extra = error.extra if isinstance(error.extra, dict) else {}
    if isinstance(error, TooLong) and not wants_json(request):
        return answer(request, 422, words=_too_long(error), typed=extra["typed"])
    if isinstance(error, NotAuthorizedException) and extra.get("typed") and not wants_json(request):
        return _signed_out(request, extra)
    if error.status_code >= 500:
        log.error("request.failed", kind=type(error).__name__, exc_info=error)
    if error.status_code == 403 and _has_no_cookies(request):
        return answer(request, 403, words=language.gettext(COOKIES_OFF))
    detail = error.detail if 400 <= error.status_code < 500 and wants_json(request) else ""
    return answer(request, error.status_code, detail)


def _sign_in_first(request: Request[Any, Any, Any]) -> Response[Any]:
    """To the page to join. A link to a check-in or a visit is remembered for it, so that it can say so (case 96)."""
    response = render.go(request, "/join")
    link = LINKS.get(request.url.path.split("/")[1])
    if link:
        response.set_cookie(cookies.cookie(request, cookies.LINK_COOKIE, link, LINK_LIFE))
    return response


def _has_no_cookies(request: Request[Any, Any, Any]) -> bool:
    """Whether one of our own forms arrived without the cookie that each page sets."""
    is_own = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return request.method == "POST" and not request.cookies and is_own and not wants_json(request)


def _too_long(error: TooLong) -> str:
    words = _("Your text is too long to save: it has %(length)s characters, and %(longest)s fit. Nothing was saved.")
    return words % {"length": error.length, "longest": error.longest}


def _signed_out(request: Request[Any, Any, Any], extra: dict[str, Any]) -> Response[Any]:
    """A form that came after the session ended: sign in again, with the text at hand (case 91)."""
    door = "/staff/sign-in" if extra.get("who") in STAFF_ROUTES else "/join"
    words = _("You were signed out, so this was not saved. Your text is below: copy it before you go on.")
    return _page(request, 401, Problem(words, Onward(door, _("Sign in")), typed=extra["typed"]))


def on_database_busy(request: Request[Any, Any, Any], error: OperationalError) -> Response[Any]:
    log.warning("database.unavailable", kind=type(error.orig).__name__)
    return answer(request, 503)


def on_any(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("request.failed", path=request.url.path.split("/")[1:2], kind=type(error).__name__, exc_info=error)
    return answer(request, 500)
