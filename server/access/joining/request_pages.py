"""A new device shows a number and waits until somebody approves it."""

from typing import Any

from litestar import Response, Router, get, post

from server.access import rules
from server.access.cookies import device_name
from server.access.guards import source_of
from server.access.joining import requests as join_requests
from server.access.joining.requests import Asked
from server.access.models import PairingCode
from server.people.models import Clinic
from server.people.rules import Refused
from server.web import cookies, render
from server.web.dependencies import ANYONE, Ask, Db, Now

ASKED_COOKIE = "__Host-asked"


@post("/ask", opt=ANYONE)
async def ask(request: Ask, db: Db, now: Now) -> Response[Any]:
    asked = await join_requests.ask(db, device_name(request), source_of(request), now)
    if isinstance(asked, Refused):
        return render.page(request, "access/join.html", 429, refused=asked, typed="")
    response = render.go(request, "/join/asked")
    response.set_cookie(cookies.cookie(request, ASKED_COOKIE, f"{asked.code}.{asked.token}", rules.ASK_LIFE))
    return response


@get("/asked", opt=ANYONE)
async def asked_page(request: Ask, db: Db, now: Now) -> Response[Any]:
    """The device's number until somebody approves it; then the privacy notice, which joins."""
    asked = _asked(request)
    waiting = await join_requests.asked_by(db, asked, now)
    if waiting is None:
        return render.page(request, "access/join.html", refused=Refused("expired-ask"), typed="")
    if waiting.pairing_id is None:
        return render.page(request, "access/asked.html", code=asked.code, device_name=waiting.device_name)
    pairing = await db.get_one(PairingCode, waiting.pairing_id)
    clinic = await db.get_one(Clinic, pairing.clinic_id)
    return render.page(request, "access/consent.html", code=asked.code, clinic=clinic, version=rules.CONSENT_VERSION)


@get("/asked/state", opt=ANYONE)
async def asked_state(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Polled by the waiting page: 204 while the request is pending, else a redirect to the outcome."""
    waiting = await join_requests.asked_by(db, _asked(request), now)
    if waiting is not None and waiting.pairing_id is None:
        return Response(None, status_code=204, headers=render.FRESH)
    return render.go(request, "/join/asked")


def _asked(request: Ask) -> Asked:
    code, _, token = cookies.value_of(request, ASKED_COOKIE).partition(".")
    return Asked(code, token)


router = Router("/join", route_handlers=[ask, asked_page, asked_state])
