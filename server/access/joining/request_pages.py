"""A new device shows a number and waits until somebody approves it."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import rules
from server.access.cookies import browser_of, device_name
from server.access.guards import source_of
from server.access.joining import join_form
from server.access.joining import requests as join_requests
from server.access.joining.join_form import Tried
from server.access.joining.requests import Asked
from server.access.models import PairingCode
from server.people.rules import Refused
from server.web import cookies, render
from server.web.dependencies import ANYONE, Ask, Db, Now

ASKED_COOKIE = "__Host-asked"


@post("/ask", opt=ANYONE)
async def ask(request: Ask, db: Db, now: Now) -> Response[Any]:
    asked = await join_requests.ask(db, device_name(request), source_of(request), now)
    if isinstance(asked, Refused):
        return await _form(request, db, now, asked)
    response = render.go(request, "/join/asked")
    response.set_cookie(cookies.cookie(request, ASKED_COOKIE, f"{asked.code}.{asked.token}", rules.ASK_LIFE))
    return response


@get("/asked", opt=ANYONE)
async def asked_page(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Show the device's number until somebody approves it; then show the privacy notice, whose form joins."""
    asked = _asked(request)
    waiting = await join_requests.asked_by(db, asked, now)
    if waiting is None:
        return await _form(request, db, now, Refused("expired-ask"))
    if waiting.pairing_id is None:
        return render.page(request, "access/asked.html", code=asked.code, device_name=waiting.device_name)
    pairing = await db.get_one(PairingCode, waiting.pairing_id)
    notice = await join_form.notice(db, pairing, asked.code, request.user)
    return render.page(request, "access/consent.html", **notice)


@get("/asked/state", opt=ANYONE)
async def asked_state(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Polled by the waiting page: 204 while the request is pending, else a redirect to the outcome."""
    waiting = await join_requests.asked_by(db, _asked(request), now)
    if waiting is not None and waiting.pairing_id is None:
        return Response(None, status_code=204, headers=render.FRESH)
    return render.go(request, "/join/asked")


async def _form(request: Ask, db: AsyncSession, now: datetime, refused: Refused) -> Response[str]:
    tried = Tried(refused)
    shown = await join_form.form(db, browser_of(request), request.user, now, tried)
    return render.page(request, "access/join.html", tried.status, **shown)


def _asked(request: Ask) -> Asked:
    code, _, token = cookies.value_of(request, ASKED_COOKIE).partition(".")
    return Asked(code, token)


router = Router("/join", route_handlers=[ask, asked_page, asked_state])
