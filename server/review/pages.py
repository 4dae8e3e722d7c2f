"""What staff do with a flag: take it, give it to somebody, note on it, close it with an outcome, undo."""

from typing import Any

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from server import problems, render
from server.forms import form_of, text, way_back
from server.people.guards import STAFF, Ask, Db, Now, Who
from server.people.rules import Refused
from server.problems import found
from server.review import acts, flow
from server.review.models import Flag


@post("/staff/flags/{flag_id:str}/own", opt=STAFF)
async def own(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    await acts.own(db, actor, flag, actor.id, now)
    return _back(request, await form_of(request), flag)


@post("/staff/flags/{flag_id:str}/assign", opt=STAFF)
async def assign(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    form = await form_of(request)
    refused = await acts.assign(db, actor, flag, text(form, "owner", 32), now)
    if refused == Refused("owner"):
        return problems.answer(request, 422)
    return _back(request, form, flag)


@post("/staff/flags/{flag_id:str}/note", opt=STAFF)
async def note(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    form = await form_of(request)
    if await acts.add_note(db, actor, flag, text(form, "note"), now) is None:
        return problems.answer(request, 422)
    return _back(request, form, flag)


@post("/staff/flags/{flag_id:str}/close", opt=STAFF)
async def close(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    form = await form_of(request)
    closed = await acts.close(db, actor, flag, text(form, "outcome", 20), text(form, "note", 1000), now)
    if not closed and flag.done_at is None:
        return problems.answer(request, 422)
    return _back(request, form, flag)


@post("/staff/flags/{flag_id:str}/reopen", opt=STAFF)
async def reopen(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    await acts.reopen(db, actor, flag, now)
    return _back(request, await form_of(request), flag)


def _back(request: Ask, form: FormMultiDict, flag: Flag) -> Response[Any]:
    return render.go(request, way_back(form, f"/staff/patients/{flag.patient_id}#flag-{flag.id}"))


ROUTES = [own, assign, note, close, reopen]
