"""Switch between the patients whom a caregiver helps on one phone (case 97)."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.access.cookies import carry, tokens_of
from server.access.shared_phone import flow, rules
from server.web import render
from server.web.dependencies import ANYONE, Ask, Db, Now
from server.web.form_fields import form_of, text


@post("/switch", opt=ANYONE)
async def switch(request: Ask, db: Db) -> Response[Any]:
    """Show another patient. This works even after the active session has ended, so that the others stay usable."""
    tokens = await flow.switch(db, tokens_of(request), text(await form_of(request), "device", 32))
    if tokens is None:
        raise NotFoundException
    response = render.go(request, "/")
    carry(request, response, tokens)
    return response


@get(["/for/{device_id:str}", "/for/{device_id:str}/{path:path}"], opt=ANYONE)
async def open_for(request: Ask, db: Db, device_id: FromPath[str], path: FromPath[str] = "/") -> Response[Any]:
    """On a phone with several patients, open a notification's page for the patient whom it is about.

    A browser without this device's session opens the page for whoever is signed in there, if anybody is.
    """
    response = render.go(request, rules.own_address(path, dict(request.query_params)))
    is_signed_in = device_id in {each.device_id for each in request.user.people}
    tokens = await flow.switch(db, tokens_of(request), device_id) if is_signed_in else None
    if tokens is not None:
        carry(request, response, tokens)
    return response


@post("/switch/ended", opt=ANYONE)
async def forget_ended(request: Ask, db: Db, now: Now) -> Response[Any]:
    """Drop the ended sessions: somebody has read for whom this phone was signed out."""
    response = render.go(request, "/")
    carry(request, response, await flow.forget_ended(db, tokens_of(request), now))
    return response


router = Router("/", route_handlers=[switch, open_for, forget_ended])
