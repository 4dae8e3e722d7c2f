"""Passkeys over HTTP: JSON for pwa/passkey.js, because only a script can use the device's passkeys."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.cookies import browser_of, carry, device_name, tokens_of
from server.access.guards import source_of
from server.access.joining import join_form
from server.access.joining.flow import Joined
from server.access.joining.join_form import Tried
from server.access.models import Passkey
from server.access.passkeys import authentication, proofs, registration
from server.access.shared_phone import flow as shared_phone
from server.actor import Actor
from server.people.rules import Refused
from server.web import problems, render
from server.web.dependencies import ANYONE, PERSON, SAME_ORIGIN, Ask, Db, Given, InWork, Now, Who
from server.web.form_fields import form_of, json_of, text

LONGEST_PROOF = 400


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
    """Sign in. On somebody else's phone, respond with a proof, which the script sends to ask who stays (case 97)."""
    passkey = await authentication.prove(db, await json_of(request), settings.base_url, source_of(request), now)
    if isinstance(passkey, Refused):
        return problems.answer(request, 429 if passkey.why == "too-many" else 400, passkey.why)
    if request.user.people and not request.user.is_here(authentication.owner(passkey).id):
        proof = await proofs.issue_proof(db, passkey, now)
        return Response({"proof": proof}, status_code=200, headers=render.FRESH)
    joined = await authentication.sign_in(db, passkey, device_name(request), now)
    if isinstance(joined, Refused):
        return problems.answer(request, 400, joined.why)
    tokens = await shared_phone.settle_in(db, joined, tokens_of(request), request.user.people, now)
    response = Response({"go": "/"}, status_code=200, headers=render.FRESH)
    carry(request, response, tokens)
    return response


@post("/passkey/whose-phone", opt=ANYONE)
async def ask_who_stays(request: Ask, db: Db, now: Now) -> Response[str]:
    """Ask whose phone this is before its owner changes. Like checking a code, this does not use up the proof."""
    proof = text(await form_of(request), "proof", LONGEST_PROOF)
    passkey = await proofs.proved_passkey(db, proof)
    if passkey is None:
        return await _too_late(request, db, now)
    newcomer = await authentication.person_of(db, passkey)
    shown = await join_form.whose_phone(db, newcomer, request.user)
    return render.page(request, "access/who_stays.html", proof=proof, **shown)


@post("/passkey/join", opt=ANYONE)
async def join(request: Ask, db: Db, now: Now) -> Response[Any]:
    form = await form_of(request)
    passkey = await proofs.take_proof(db, text(form, "proof", LONGEST_PROOF), now)
    joined = await authentication.sign_in(db, passkey, device_name(request), now) if passkey else None
    if not isinstance(joined, Joined):
        return await _too_late(request, db, now)
    keeps = shared_phone.who_stay(request.user, joined, text(form, "keep", 10))
    tokens = await shared_phone.settle_in(db, joined, tokens_of(request), keeps, now)
    response = render.go(request, "/")
    carry(request, response, tokens)
    return response


async def _too_late(request: Ask, db: AsyncSession, now: datetime) -> Response[str]:
    tried = Tried(Refused("passkey-late"))
    shown = await join_form.form(db, browser_of(request), request.user, now, tried)
    return render.page(request, "access/join.html", tried.status, **shown)


@get("/settings/passkeys/{passkey_id:str}/end", opt=PERSON)
async def ask_to_end(request: Ask, db: Db, actor: Who, passkey_id: FromPath[str]) -> Response[str]:
    """Ask before removing a passkey, which cannot be undone."""
    return render.page(request, "access/remove_passkey.html", passkey=await _own(db, actor, passkey_id))


@post("/settings/passkeys/{passkey_id:str}/end", opt=PERSON)
async def end(request: Ask, work: InWork, passkey_id: FromPath[str]) -> Response[Any]:
    passkey = await _own(work.db, work.actor, passkey_id, with_ended=True)  # the button may be pressed twice
    if passkey.ended_at is None:
        await registration.end(work, passkey)
    return render.go(request, "/settings/phones")


async def _own(db: AsyncSession, actor: Actor, passkey_id: str, with_ended: bool = False) -> Passkey:
    """One of this person's passkeys, or 404."""
    mine = {passkey.id: passkey for passkey in await registration.of_person(db, actor, with_ended)}
    if passkey_id not in mine:
        raise NotFoundException
    return mine[passkey_id]


router = Router("/", route_handlers=[offer, keep, ask, sign_in, ask_who_stays, join, ask_to_end, end])
