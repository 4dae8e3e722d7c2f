"""Sent check-ins: the status of each, and the answers of the last three months."""

from datetime import datetime, timedelta

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import opening_hours
from server.actor import Actor, ActorKind
from server.checkins.rules import may_undo
from server.clock import to_utc, to_wall
from server.db import Work
from server.flags import lists
from server.flags.models import Flag
from server.flags.rules import Severity
from server.people import clinics
from server.people import flow as people
from server.people import staff as people_staff
from server.people.models import Clinic, Patient
from server.phone import answers_shown
from server.questionnaires import flow as questionnaires
from server.questionnaires.private_questions import is_public_item, shown
from server.questionnaires.respondents import Respondent
from server.responses import history as past
from server.responses import lookup
from server.responses.questions import third_person
from server.web import render
from server.web.dependencies import PERSON, Ask, InWork
from server.web.problems import found

SHOWN_BACK = timedelta(days=90)


@get("/check-ins/{check_in_id:str}/sent", opt=PERSON)
async def sent_page(request: Ask, work: InWork, check_in_id: FromPath[str], who: FromQuery[str] = "") -> Response[str]:
    """The status of one sent check-in: received, opened by whom, what follows."""
    response = found(await past.find(work.db, work.actor, check_in_id))
    private = await answers_shown.may_see_private(work.db, work.actor, who) and (
        response.respondent == Respondent.SELF or who == Respondent.SELF
    )
    definition = await questionnaires.definition_of(work.db, response.questionnaire_id)
    history = await past.of_patient(work.db, work.actor.patient_id, definition.slug)
    clinic = await people.clinic_of(work.db, work.actor)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    flags = [
        flag
        for flag in await lists.of_check_in(work.db, check_in_id)
        if private or is_public_item(definition, flag.item)
    ]
    return render.page(
        request,
        "phone/sent.html",
        response=response,
        definition=definition,
        clinic=clinic,
        zone=work.actor.zone,
        answers=shown(definition, past.answers_of(response), Respondent.SELF if private else Respondent.HANDS),
        opener=await _name(work.db, work.actor, response.opened_by),
        follows=await _follows(work.db, work.actor, flags),
        awaits=any(flag.owner_id is None for flag in flags),
        trends=answers_shown.trends(definition, history, private),
        says_urgency=private or any(flag.severity in (Severity.URGENT, Severity.TODAY) for flag in flags),
        offers_private=work.actor.kind == ActorKind.PATIENT and not private,
        may_undo=may_undo(response.received_at, check_in.closes_at, work.now),
        closed=clinics.is_closed(clinic, work.now),
        opens_at=_next_opening(clinic, work),
        **third_person.naming(patient.name, response.respondent, work.actor.kind),
    )


def _next_opening(clinic: Clinic, work: Work) -> datetime | None:
    """When staff next come in, as the patient's clocks show it."""
    opening = opening_hours.next_opening(clinic.staffed_hours, to_wall(work.now, clinic.zone))
    return opening and to_wall(to_utc(opening, clinic.zone), work.actor.zone)


async def _name(db: AsyncSession, actor: Actor, staff_id: str | None) -> str:
    staff = await people_staff.find_staff(db, actor, staff_id) if staff_id else None
    return staff.name if staff else ""


async def _follows(db: AsyncSession, actor: Actor, flags: list[Flag]) -> list[tuple[Flag, str]]:
    """Each flag of the check-in that a staff member has taken or closed, with that person's name."""
    taken = [flag for flag in flags if flag.owner_id]
    return [(flag, await _name(db, actor, flag.owner_id)) for flag in taken]


@get("/answers", opt=PERSON)
async def answers_page(request: Ask, work: InWork, who: FromQuery[str] = "") -> Response[str]:
    recent = [r for r in await past.of_patient(work.db, work.actor.patient_id) if r.answered_at > work.now - SHOWN_BACK]
    definitions = {r.questionnaire_id: await questionnaires.definition_of(work.db, r.questionnaire_id) for r in recent}
    newest = {definitions[r.questionnaire_id].slug: definitions[r.questionnaire_id] for r in recent}
    own = await answers_shown.may_see_private(work.db, work.actor, who)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    by_questionnaire = {
        slug: answers_shown.trends(definition, [r for r in recent if r.slug == slug], own)
        for slug, definition in newest.items()
    }
    return render.page(
        request,
        "phone/answers.html",
        recent=[(r, definitions[r.questionnaire_id]) for r in reversed(recent)],
        by_questionnaire=[(newest[slug], trends) for slug, trends in by_questionnaire.items() if trends],
        zone=work.actor.zone,
        offers_private=work.actor.kind == ActorKind.PATIENT and not own,
        **third_person.naming(patient.name, Respondent.SELF, work.actor.kind),
    )


router = Router("/", route_handlers=[sent_page, answers_page])
