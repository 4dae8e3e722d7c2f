"""What staff do with a flag: take it, close it with an outcome, undo."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from server import problems, render
from server.forms import form_of, text
from server.people.guards import STAFF, Ask, Db, Now, Who
from server.problems import found
from server.review import flow


@post("/staff/flags/{flag_id:str}/own", opt=STAFF)
async def own(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    await flow.own(db, actor, flag, actor.id, now)
    return render.go(request, f"/staff/patients/{flag.patient_id}#flag-{flag.id}")


@post("/staff/flags/{flag_id:str}/close", opt=STAFF)
async def close(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    form = await form_of(request)
    closed = await flow.close(db, actor, flag, text(form, "outcome", 20), text(form, "note", 1000), now)
    if not closed and flag.done_at is None:
        return problems.answer(request, 422)
    return render.go(request, f"/staff/patients/{flag.patient_id}#flag-{flag.id}")


@post("/staff/flags/{flag_id:str}/reopen", opt=STAFF)
async def reopen(request: Ask, db: Db, actor: Who, now: Now, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await flow.find(db, actor, flag_id))
    await flow.reopen(db, actor, flag, now)
    return render.go(request, f"/staff/patients/{flag.patient_id}#flag-{flag.id}")


ROUTES = [own, close, reopen]
