"""Staff set which level they expect of a patient for a while."""

from typing import Any

from litestar import Response, Router, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.flags import expected_levels
from server.flags.expected_levels import Item, Wanted
from server.language import gettext as _
from server.people import flow as people
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.web import render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import BadForm, form_of, not_chosen, text, way_back, whole
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


def provide_item(slug: FromPath[str], item: FromPath[str]) -> Item:
    return Item(slug, item)


@post("/", opt=STAFF)
async def expect(request: Ask, work: InWork, patient_id: FromPath[str], which: NamedDependency[Item]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    wanted = await _wanted(work.db, work.actor, form, which)
    if wanted is None:
        raise not_chosen(form, "level")
    kept = await expected_levels.expect(work, patient.id, which, wanted)
    if isinstance(kept, Refused):
        raise BadForm(form, {"days": _("A level can be snoozed for 1 to 30 days.")})
    return render.go(request, way_back(form, f"/staff/patients/{patient.id}"))


@post("/end", opt=STAFF)
async def end(request: Ask, work: InWork, patient_id: FromPath[str], item: FromPath[str]) -> Response[Any]:
    """Ending an ended level is no error. A level that a colleague set after the page was opened stays (case 89)."""
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    if isinstance(await expected_levels.stop(work, patient.id, item, text(form, "shown", 32)), Refused):
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    return render.go(request, way_back(form, f"/staff/patients/{patient.id}"))


async def _wanted(db: AsyncSession, actor: Actor, form: FormMultiDict, which: Item) -> Wanted | None:
    """The level that staff chose to expect; None if the item has no such level."""
    asked = (await questionnaires.offered(db, actor)).get(which.slug)
    question = asked.by_id.get(which.link_id) if asked else None
    level = whole(form, "level")
    if question is None or level is None or not 0 <= level <= question.worst:
        return None
    return Wanted(level, whole(form, "days") or 0, text(form, "note", 1000))


router = Router(
    "/staff/patients/{patient_id:str}/expected/{slug:str}/{item:str}",
    route_handlers=[expect, end],
    dependencies={"which": Provide(provide_item, sync_to_thread=False)},
)
