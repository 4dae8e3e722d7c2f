"""Staff say which level is expected of a patient for a while."""

from typing import Any

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.flags import expected_levels
from server.people import flow as people
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.web import problems, render
from server.web.dependencies import STAFF, Ask, Db, Now, Who
from server.web.form_fields import form_of, text, way_back, whole
from server.web.problems import found


@post("/staff/patients/{patient_id:str}/expected/{slug:str}/{item:str}", opt=STAFF)
async def expect(
    request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str], slug: FromPath[str], item: FromPath[str]
) -> Response[Any]:
    patient = found(await people.find_patient(db, actor, patient_id))
    form = await form_of(request)
    level, days, note = await _said(db, actor, form, slug, item)
    if level is None:
        return problems.answer(request, 422)
    kept = await expected_levels.expect(db, actor, patient.id, (slug, item), level, days, note, now)
    if isinstance(kept, Refused):
        return problems.answer(request, 422)
    return render.go(request, way_back(form, f"/staff/patients/{patient.id}"))


@post("/staff/patients/{patient_id:str}/expected/{slug:str}/{item:str}/end", opt=STAFF)
async def end(
    request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str], slug: FromPath[str], item: FromPath[str]
) -> Response[Any]:
    """Where it has ended already, so be it."""
    patient = found(await people.find_patient(db, actor, patient_id))
    await expected_levels.stop(db, actor, patient.id, item, now)
    return render.go(request, way_back(await form_of(request), f"/staff/patients/{patient.id}"))


async def _said(
    db: AsyncSession, actor: Actor, form: FormMultiDict, slug: str, item: str
) -> tuple[int | None, int, str]:
    """Level, days and note; no level where the item has none such."""
    asked = (await questionnaires.offered(db, actor)).get(slug)
    question = asked.by_id.get(item) if asked else None
    level = whole(form, "level")
    if question is None or level is None or not 0 <= level <= question.worst:
        level = None
    return level, whole(form, "days") or 0, text(form, "note", 1000)


ROUTES = [expect, end]
