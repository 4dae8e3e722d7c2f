"""Staff mark a text that somebody sent us as handled."""

from typing import Any

from litestar import Response, Router, post
from litestar.params import FromPath

from server.people.texting import replies
from server.web import render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, way_back
from server.web.problems import found


@post("/handled", opt=STAFF)
async def handled(request: Ask, work: InWork, reply_id: FromPath[str]) -> Response[Any]:
    reply = found(await replies.find(work.db, work.actor, reply_id))
    await replies.handle(work, reply)
    return render.go(request, way_back(await form_of(request), "/staff"))


router = Router("/staff/texts/{reply_id:str}", route_handlers=[handled])
