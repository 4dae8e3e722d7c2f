"""Passkeys over HTTP: JSON for pwa/passkey.js, because only a script can use the device's passkeys."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.cookies import carry, device_name, tokens_of
from server.access.guards import source_of
from server.access.models import Passkey
from server.access.passkeys import authentication, registration
from server.access.shared_phone import flow as shared_phone
from server.actor import Actor
from server.people.rules import Refused
from server.web import problems, render
from server.web.dependencies import ANYONE, PERSON, SAME_ORIGIN, Ask, Db, Given, InWork, Now, Who
from server.web.form_fields import json_of


@post("/passkey/options", opt=PERSON | SAME_ORIGIN)
async def offer(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    options = await registration.offer(work, settings.base_url)
    if isinstance(options, Refused):
        return problems.answer(request, 403, options.why)
    return Response(options, status_code=200, headers=render.FRESH)


@post("/passkey", opt=PERSON | SAME_ORIGIN)
async def keep(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    name = device_name(request)
    made = await registration.keep(work, await json_of(request), settings.base_url, name)
    if isinstance(made, Refused):
        return problems.answer(request, 403 if made.why == "prove" else 400, made.why)
    return Response({"id": made.id}, status_code=200, headers=render.FRESH)


@post("/passkey/sign-in/options", opt=ANYONE | SAME_ORIGIN)
async def ask(db: Db, settings: Given, now: Now) -> Response[dict[str, Any]]:
    return Response(await authentication.ask(db, settings.base_url, now), status_code=200, headers=render.FRESH)


@post("/passkey/sign-in", opt=ANYONE | SAME_ORIGIN)
async def sign_in(request: Ask, db: Db, settings: Given, now: Now) -> Response[Any]:
    body, source = await json_of(request), source_of(request)
    joined = await authentication.sign_in(db, body, settings.base_url, device_name(request), source, now)
    if isinstance(joined, Refused):
        return problems.answer(request, 429 if joined.why == "too-many" else 400, joined.why)
    tokens = await shared_phone.settle_in(db, joined, tokens_of(request), request.user.people, now)
    response = Response({"go": "/"}, status_code=200, headers=render.FRESH)
    carry(request, response, tokens)
    return response


@get("/settings/passkeys/{passkey_id:str}/end", opt=PERSON)
async def ask_to_end(request: Ask, db: Db, actor: Who, passkey_id: FromPath[str]) -> Response[str]:
    """Ask before a passkey is removed: that cannot be undone."""
    return render.page(request, "access/remove_passkey.html", passkey=await _own(db, actor, passkey_id))


@post("/settings/passkeys/{passkey_id:str}/end", opt=PERSON)
async def end(request: Ask, work: InWork, passkey_id: FromPath[str]) -> Response[Any]:
    await registration.end(work, await _own(work.db, work.actor, passkey_id))
    return render.go(request, "/settings/phones")


async def _own(db: AsyncSession, actor: Actor, passkey_id: str) -> Passkey:
    """One of this person's passkeys, or 404."""
    mine = {passkey.id: passkey for passkey in await registration.of_person(db, actor)}
    if passkey_id not in mine:
        raise NotFoundException
    return mine[passkey_id]


router = Router("/", route_handlers=[offer, keep, ask, sign_in, ask_to_end, end])
