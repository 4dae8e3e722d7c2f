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
from server.actor import Visitor
from server.language import gettext as _
from server.web import cookies, render
from server.web.dependencies import MayOpen
from server.web.form_fields import BadForm
from server.web.refused_forms import refusal_words
from server.web.refused_forms.own_page import ComesBack, Shown

log = structlog.get_logger()
T = TypeVar("T")
LINKS = {"check-ins": "check-in", "visits": "visit"}
LINK_LIFE = timedelta(minutes=10)
STAFF_ROUTES = (MayOpen.STAFF, MayOpen.CLINICIAN, MayOpen.ADMIN)


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
    layout: str
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
    words = words or language.gettext(refusal_words.WORDS.get(status, refusal_words.WORDS[500]))
    if wants_json(request):
        body = {"type": "about:blank", "status": status, "title": words, "detail": detail}
        return Response(body, status_code=status, media_type="application/problem+json", headers=render.FRESH)
    return _page(request, status, words, _home(request), detail=detail, typed=typed)


def _home(request: Request[Any, Any, Any]) -> Onward:
    return Onward("/staff", _("Back to the inbox")) if is_at_desk(request) else Onward("/", _("Back to Home"))


def is_at_desk(request: Request[Any, Any, Any]) -> bool:
    """Whether the request is from staff, who get the desk's layout and never a patient's page (case 116).

    We refuse an unknown address before we look up the visitor; then the cookies tell.
    """
    if request.url.path.split("/")[1] == "staff":
        return True
    visitor = request.scope.get("user")
    if isinstance(visitor, Visitor):
        return bool(visitor.staff and not visitor.person)
    staff, person = (cookies.value_of(request, name) for name in (cookies.STAFF_COOKIE, cookies.PERSON_COOKIE))
    return bool(staff and not person)


def _page(request: Request[Any, Any, Any], status: int, words: str, onward: Onward, **more: Any) -> Response[Any]:
    problem = Problem(words, onward, "desk" if is_at_desk(request) else "phone", **more)
    return render.page(request, "shared/problem.html", status, problem=problem)


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    shown = None if wants_json(request) else _for_people(request, error)
    if shown is not None:
        return shown
    if error.status_code >= 500:
        log.error("request.failed", kind=type(error).__name__, exc_info=error)
    detail = error.detail if 400 <= error.status_code < 500 and wants_json(request) else ""
    return answer(request, error.status_code, detail)


def _for_people(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any] | None:
    """A page's own words for this error; None if the usual words of the status are enough."""
    extra = error.extra if isinstance(error.extra, dict) else {}
    if isinstance(error, NotAuthorizedException):
        return _not_signed_in(request, extra)
    if isinstance(error, NotFoundException) and (whose := _whose(request)):
        return render.go(request, whose)
    if isinstance(error, BadForm):
        why = " ".join([*error.faults.values(), _("Nothing was saved.")])
        error_page = answer(request, 422, words=why, typed=extra["typed"])
        shown = Shown(_("Please correct what is marked. Nothing was saved."), error.faults)
        return ComesBack(error_page, shown)
    return _forbidden(request, extra) if error.status_code == 403 else None


def _not_signed_in(request: Request[Any, Any, Any], extra: dict[str, Any]) -> Response[Any]:
    is_for_staff = extra.get("who", MayOpen.PERSON) in STAFF_ROUTES
    if not is_for_staff and is_at_desk(request):
        return answer(request, 403, words=language.gettext(refusal_words.FOR_PATIENTS))
    if request.method == "GET":
        return render.go(request, "/staff/sign-in") if is_for_staff else _sign_in_first(request)
    return _signed_out(request, extra)


def _whose(request: Request[Any, Any, Any]) -> str | None:
    """The page that asks which of a phone's patients a link is for (case 97); None on a phone with one patient."""
    visitor, path = request.scope.get("user"), request.url.path
    is_of_patient = request.method == "GET" and path.split("/")[1] in LINKS
    if not is_of_patient or not isinstance(visitor, Visitor) or not visitor.others:
        return None
    query = request.url.query
    return f"/whose{path}?{query}" if query else f"/whose{path}"


def _forbidden(request: Request[Any, Any, Any], extra: dict[str, Any]) -> Response[Any] | None:
    """The role may not do this, the browser keeps no cookies, or the page was open for too long."""
    if words := refusal_words.NOT_ALLOWED.get(extra.get("needs", "")):
        return answer(request, 403, words=language.gettext(words))
    if _is_own_form(request, "same-origin") and not request.cookies:
        return answer(request, 403, words=language.gettext(refusal_words.COOKIES_OFF))
    if _is_own_form(request):
        return ComesBack(answer(request, 403), Shown(language.gettext(refusal_words.TOO_OLD)))
    return None


def _sign_in_first(request: Request[Any, Any, Any]) -> Response[Any]:
    """Redirect to the page to join, which can then say that the link to a check-in or visit is remembered (case 96)."""
    response = render.go(request, "/join")
    link = LINKS.get(request.url.path.split("/")[1])
    if link:
        response.set_cookie(cookies.cookie(request, cookies.LINK_COOKIE, link, LINK_LIFE))
    return response


def _is_own_form(request: Request[Any, Any, Any], otherwise: str = "") -> bool:
    """Whether a page of ours sent this form, as the browser says; `otherwise` if it doesn't say.

    A form of another site never comes back filled in: somebody could send it by mistake.
    """
    is_own = request.headers.get("sec-fetch-site", otherwise) == "same-origin"
    return request.method == "POST" and is_own


def _signed_out(request: Request[Any, Any, Any], extra: dict[str, Any]) -> Response[Any]:
    """A form that came after the session ended: sign in again, with the text at hand (case 91)."""
    typed = extra.get("typed", [])
    if extra.get("who") in STAFF_ROUTES:
        kept = {"typed": typed, "unsaved": extra.get("unsaved", ""), "was_signed_out": True}
        return render.page(request, "access/staff_sign_in.html", 401, **kept)
    words = _("You were signed out, so this was not saved. Your text is below: copy it before you go on.")
    if not typed:
        words = language.gettext(refusal_words.WORDS[401])
    return _page(request, 401, words, Onward("/join", _("Sign in")), typed=typed)


def on_database_busy(request: Request[Any, Any, Any], error: OperationalError) -> Response[Any]:
    log.warning("database.unavailable", kind=type(error.orig).__name__)
    return answer(request, 503)


def on_any(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("request.failed", path=request.url.path.split("/")[1:2], kind=type(error).__name__, exc_info=error)
    return answer(request, 500)
