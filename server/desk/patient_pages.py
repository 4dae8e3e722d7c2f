"""One patient: all that staff need on one page, and a printed summary for the appointment."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import sessions
from server.actor import Actor
from server.appointments import lists
from server.checkins import ended_plans
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.desk import audit_words, sources, trends
from server.desk.inbox import flag_detail
from server.desk.inbox import rows as inbox_rows
from server.devices import health
from server.flags import flow as review
from server.people import calls, staff
from server.people import flow as people
from server.people import rules as people_rules
from server.people.models import Patient
from server.people.rules import CallOutcome, ContactBy, PauseReason
from server.phone_numbers import countries as number_countries
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Form
from server.reminders import channel_policy, status
from server.responses import by_phone
from server.responses import history as past
from server.web import problems, render
from server.web.dependencies import STAFF, WRITES, Ask, Db, Now, Who
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@get("/staff/patients/{patient_id:str}", opt=STAFF | WRITES)
async def patient_page(
    request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str], did: FromQuery[str] = ""
) -> Response[str]:
    """All that staff need of one patient. Opening it marks the open flags as seen.

    `did` names the check-in plan that was just ended; the page offers to undo that.
    """
    patient = found(await people.find_patient(db, actor, patient_id))
    await people.opened(db, actor, patient, now)
    await review.see(db, actor, patient.id, now)
    return render.page(
        request,
        "desk/patient.html",
        **await _facts(db, actor, patient, now),
        enterable=await _enterable(db, patient, now),
        offered=await questionnaires.offered(db, actor),
        pauses=people_rules.PAUSES,
        call_outcomes=tuple(CallOutcome),
        did=did,
        texts_fail=await _texts_fail(db, actor, patient),
        audit=await audit_words.of_patient(db, actor, patient),
    )


async def _texts_fail(db: AsyncSession, actor: Actor, patient: Patient) -> bool:
    """Whether the patient wants or allows texts, but our number for them can't receive any."""
    if not (patient.text_consent_at or patient.contact == ContactBy.TEXT):
        return False
    tel = patient.caregiver_phone_tel if patient.contact == ContactBy.CAREGIVER else patient.phone_tel
    countries = channel_policy.text_countries(await people.clinic_of(db, actor))
    return not number_countries.can_text(tel, countries)


async def _enterable(db: AsyncSession, patient: Patient, now: datetime) -> list[tuple[CheckIn, Form]]:
    found = await by_phone.enterable(db, patient.id, now)
    return [(check_in, await questionnaires.form_of(db, check_in.questionnaire_id)) for check_in in found]


@get("/staff/patients/{patient_id:str}/print", opt=STAFF | WRITES)
async def print_page(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[str]:
    """A printed summary for the appointment: two pages at most, A4 or Letter."""
    patient = found(await people.find_patient(db, actor, patient_id))
    await people.opened(db, actor, patient, now)
    facts = await _facts(db, actor, patient, now)
    return render.page(request, "desk/print.html", **facts, clinic=await people.clinic_of(db, actor))


async def _facts(db: AsyncSession, actor: Actor, patient: Patient, now: datetime) -> dict[str, Any]:
    """What the page and its printed version both show."""
    history = await past.of_patient(db, patient.id)
    forms = {r.questionnaire_id: await questionnaires.form_of(db, r.questionnaire_id) for r in history}
    visits = await lists.visits_of(db, patient.id)
    newest = list(reversed(history))[:20]
    source = await sources.of(db, actor, newest)
    flags = await review.of_patient(db, patient.id)
    return {
        "patient": patient,
        "rows": await inbox_rows.rows_of(db, actor, flags, now),
        "details": await flag_detail.of_all(db, actor, flags, now),
        "expected": await flag_detail.expected_of(db, actor, patient.id, now),
        "history": [(r, forms[r.questionnaire_id], source[r.id]) for r in newest],
        "sections": trends.sections(forms.values(), history, visits),
        "visits": [visit for visit in visits if visit.starts_at > now - timedelta(days=30)],
        "plans": await checkins.plans_of(db, patient.id),
        "ended_plans": await ended_plans.of_patient(db, patient.id),
        "titles": {slug: form.title for slug, form in (await questionnaires.offered(db, actor)).items()},
        "caregivers": await people.caregivers_of(db, patient.id),
        "devices": await health.of_devices(db, await sessions.devices_of(db, patient.id), now),
        "reminders": await status.of_patient(db, patient.id, until=now + timedelta(days=8)),
        "calls": await calls.of_patient(db, patient.id),
        "names": {member.id: member.name for member in await staff.team(db, actor)},
        "zone": actor.zone,
        "now": now,
    }


@post("/staff/patients/{patient_id:str}/pause", opt=STAFF)
async def pause(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[Any]:
    """Pause all messages for the reason in `why`; "resume" ends the pause."""
    patient = found(await people.find_patient(db, actor, patient_id))
    form = await form_of(request)
    why = one_of(form, "why", PauseReason)
    if text(form, "why", 20) == "resume":
        await people.resume(db, actor, patient, now)
    elif why in people_rules.PAUSES:
        await sessions.pause(db, actor, patient, why, now)
    else:
        return problems.answer(request, 422)
    return render.go(request, f"/staff/patients/{patient.id}")


ROUTES: list[Any] = [patient_page, print_page, pause]
