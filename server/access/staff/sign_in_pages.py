"""Staff sign in by password or by an admin's link, and sign out."""

from typing import Any

from litestar import Response, Router, get, post

from server.access import sessions
from server.access.cookies import device_name, ended_cookie, session_cookie
from server.access.guards import source_of
from server.access.staff import sign_in as staff_sign_in
from server.access.staff.sign_in import Credentials
from server.language import gettext as _
from server.people.rules import Refused
from server.web import problems, render
from server.web.dependencies import ANYONE, STAFF, Ask, Db, InWork, Now, Storage
from server.web.form_fields import form_of, line, text
from server.web.refused_forms import unsaved
from server.web.refused_forms.own_page import ComesBack, Sent, Shown


@get("/sign-in", opt=ANYONE, sync_to_thread=False)
def sign_in_page(request: Ask) -> Response[str]:
    return render.page(request, "access/staff_sign_in.html")


@post("/sign-in", opt=ANYONE)
async def sign_in(request: Ask, database: Storage, now: Now) -> Response[Any]:
    form = await form_of(request)
    email = line(form, "email", 200)
    typed = Credentials(email, text(form, "password", 500), text(form, "code", 40))
    sent = unsaved.unpack(form)
    entered = await staff_sign_in.sign_in(database, typed, device_name(request), source_of(request), now)
    if isinstance(entered, Refused):
        status = {"too-many": 429, "busy": 503}.get(entered.why, 422)
        return render.page(
            request,
            "access/staff_sign_in.html",
            status,
            refused=entered,
            email=email,
            unsaved=form.get(unsaved.FIELD),
            typed=unsaved.written(sent),
        )
    return _enter(request, entered.token) if sent is None else _return(request, sent, entered.token)


@post("/sign-in/elsewhere", opt=ANYONE)
async def signed_in_elsewhere(request: Ask) -> Response[Any]:
    """Restore a form that came too late, once its author has signed in in another tab, such as by a link (case 91)."""
    form = await form_of(request)
    sent = unsaved.unpack(form)
    if sent is None:
        return render.go(request, "/staff")
    if request.user.staff is None:
        return render.page(
            request,
            "access/staff_sign_in.html",
            401,
            is_elsewhere=False,
            unsaved=form.get(unsaved.FIELD),
            typed=unsaved.written(sent),
        )
    return _return(request, sent)


def _return(request: Ask, sent: Sent, token: str | None = None) -> Response[Any]:
    """Return to the page of a form sent after its session ended, with its fields as typed (case 91).

    `token`: the token of the session that begins now, if one does.
    """
    words = _("You were signed out before this was saved. Check it, then send it again.")
    page = problems.answer(request, 200, words=words, typed=unsaved.written(sent))
    cookie = session_cookie(request, token, of_staff=True) if token is not None else None
    title = _("Your text is back") if unsaved.written(sent) else _("What you entered is back")
    return ComesBack(page, Shown(words, title=title), sent, cookie)


@get("/link", opt=ANYONE, sync_to_thread=False)
def link_page(request: Ask) -> Response[str]:
    """The token is in the URL's fragment, which no server or link preview sees. This page does not use it up."""
    return render.page(request, "access/staff_link.html", refused=None)


@post("/link", opt=ANYONE)
async def use_link(request: Ask, db: Db, now: Now) -> Response[Any]:
    token = text(await form_of(request), "token", 100)
    entered = await staff_sign_in.enter_by_link(db, token, device_name(request), now)
    if isinstance(entered, Refused):
        return render.page(request, "access/staff_link.html", 422, refused=entered)
    return _enter(request, entered.token)


def _enter(request: Ask, token: str) -> Response[Any]:
    response = render.go(request, "/staff")
    response.set_cookie(session_cookie(request, token, of_staff=True))
    return response


@post("/sign-out", opt=STAFF)
async def sign_out(request: Ask, work: InWork) -> Response[Any]:
    await sessions.end_device(work, await sessions.own_device(work.db, work.actor))
    response = render.go(request, "/staff/sign-in")
    response.set_cookie(ended_cookie(request, of_staff=True))
    return response


router = Router("/staff", route_handlers=[sign_in_page, sign_in, signed_in_elsewhere, link_page, use_link, sign_out])
