"""A clinician or admin ends one of the clinic's triggers, with a reason."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.db import Work
from server.desk.triggers import lines, preview
from server.flags.models import TriggerVersion
from server.flags.triggers import lists
from server.flags.triggers import versions as trigger_versions
from server.people import staff
from server.questionnaires import flow as questionnaires
from server.web import render
from server.web.dependencies import CLINICIAN, Ask, InWork
from server.web.form_fields import form_of, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@get("/", opt=CLINICIAN)
async def end_page(request: Ask, work: InWork, trigger_id: FromPath[str]) -> Response[str]:
    row = found(await lists.find(work.db, work.actor, trigger_id))
    return await _end_page(request, work, row)


@post("/", opt=CLINICIAN)
async def end(request: Ask, work: InWork, trigger_id: FromPath[str]) -> Response[Any]:
    """End a trigger. A trigger protects patients, so this needs a reason, and the next page offers to undo it."""
    row = found(await lists.find(work.db, work.actor, trigger_id))
    reason = text(await form_of(request), "reason")
    if not reason:
        return await _end_page(request, work, row, reason="")
    has_ended = await trigger_versions.end(work, row, reason)
    was_pressed_twice = (row.ended_by, row.end_reason) == (work.actor.id, reason)  # `end` has reloaded the row
    if not has_ended and not was_pressed_twice:
        return await _end_page(request, work, row, reason=reason)
    return render.go(request, "/staff/triggers#did", Remark(RemarkKind.DONE, row.id))


async def _end_page(request: Ask, work: Work, row: TriggerVersion, reason: str | None = None) -> Response[str]:
    """If a colleague has ended the trigger meanwhile, the page says who and why, and keeps the typed reason.

    `reason` is None until the form was sent; an empty one is refused.
    """
    wrong = reason == ""
    definition = found((await questionnaires.offered(work.db, work.actor)).get(row.slug))
    return render.page(
        request,
        "desk/trigger_end.html",
        422 if wrong else 409 if row.ended_at is not None else 200,
        line=lines.line_of(row, definition),
        definition=definition,
        seen=await preview.preview(work, trigger_versions.as_rule(row), row.id),
        wrong=wrong,
        reason=reason or "",
        ended_by=await staff.find_staff(work.db, work.actor, row.ended_by or ""),
        zone=work.actor.zone,
    )


router = Router("/staff/triggers/{trigger_id:str}/end", route_handlers=[end_page, end])
