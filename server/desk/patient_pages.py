"""One patient: all that staff need on one page, and a printed summary for the appointment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import departures, sessions
from server.actor import Actor
from server.appointments import lists
from server.checkins import ended_plans, plans
from server.checkins.models import CheckIn
from server.db import Work
from server.desk import audit_words, sources, trends
from server.desk.end_of_care import flow as end_of_care
from server.desk.inbox import flag_detail
from server.desk.inbox import rows as inbox_rows
from server.desk.rules import Part, fitting
from server.devices import health
from server.flags import flow as flags
from server.flags.lists import of_patient
from server.language import gettext as _
from server.people import calls, staff
from server.people import flow as people
from server.people import rules as people_rules
from server.people.models import Patient
from server.people.pauses.ends import BadEnd, end_fields, read_end
from server.people.pauses.rules import MAY_HAVE_END, PauseEnd
from server.people.rules import CallOutcome, ContactBy, PauseReason
from server.people.texting import numbers, replies
from server.phone_numbers import countries as number_countries
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition
from server.reminders import pauses, status
from server.reminders.channel_policies import flow as channel_policy
from server.responses import by_phone
from server.responses import history as past
from server.web import edits, render
from server.web.dependencies import STAFF, WRITES, Ask, InWork
from server.web.form_fields import BadForm, form_of, not_chosen, one_of, text
from server.web.problems import found
from server.web.rendering import remarks
from server.web.rendering.remarks import Remark, RemarkKind


@get("/", opt=STAFF | WRITES)
async def patient_page(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[str]:
    """All that staff need of one patient. Opening it marks the open flags as seen.

    After a check-in plan was ended, the page offers once to undo that.
    """
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    await people.opened(work, patient)
    await flags.see(work, patient.id)
    return render.page(
        request,
        "desk/patient.html",
        **await _facts(work, patient),
        enterable=await _enterable(work.db, patient, work.now),
        offered=await questionnaires.offered(work.db, work.actor),
        pause_reasons=people_rules.PAUSES,
        may_have_end=MAY_HAVE_END,
        end_fields=end_fields(patient, work.now, PauseEnd.OPEN),
        call_outcomes=tuple(CallOutcome),
        did=remarks.about(request, RemarkKind.DONE),
        late=remarks.about(request, RemarkKind.LATE) is not None,
        care=await end_of_care.shown(work.db, patient),
        care_visits=await end_of_care.cancelled(work.db, patient),
        text_block=(await numbers.blocked_of(work.db, [patient])).get(patient.id),
        text_replies=await replies.of_patient(work.db, patient.id),
        texts_fail=await _texts_fail(work.db, work.actor, patient),
        audit=await audit_words.of_patient(work.db, work.actor, patient),
    )


async def _texts_fail(db: AsyncSession, actor: Actor, patient: Patient) -> bool:
    """Whether the patient wants or allows texts, but our number for them can't receive any."""
    if not (patient.text_consent_at or patient.contact == ContactBy.TEXT):
        return False
    countries = channel_policy.text_countries(await people.clinic_of(db, actor))
    return not number_countries.can_text(numbers.number_for_texts(patient), countries)


async def _enterable(db: AsyncSession, patient: Patient, now: datetime) -> list[tuple[CheckIn, Definition]]:
    found = await by_phone.enterable(db, patient.id, now)
    return [(check_in, await questionnaires.definition_of(db, check_in.questionnaire_id)) for check_in in found]


@get("/print", opt=STAFF | WRITES)
async def print_page(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[str]:
    """A printed summary for the appointment: two pages as a rule, A4 or Letter. No text is cut (case 84)."""
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    await people.opened(work, patient)
    facts = await _facts(work, patient)
    clinic = await people.clinic_of(work.db, work.actor)
    return render.page(request, "desk/print.html", **facts, sheet=_sheet(facts), clinic=clinic)


def _sheet(facts: Mapping[str, Any]) -> dict[str, Part[Any]]:
    """The rows of a patient's lists for which the sheet has room."""
    open_, done = ([row for row in facts["rows"] if bool(row.flag.closed_at) == closed] for closed in (False, True))
    return {
        "caregivers": fitting(facts["caregivers"], 6, lambda caregiver: caregiver.name, 300),
        "open": fitting(open_, 6, lambda row: row.reason.words, 900),
        "done": fitting(done, 6, lambda row: row.flag.note, 900),
        "visits": fitting(facts["visits"][::-1], 6, lambda visit: "", 0),
        "answers": fitting(facts["history"], 6, lambda row: row[1].title + row[2].device + row[2].caregiver, 500),
        "reminders": fitting(facts["reminders"], 6, lambda reminder: reminder.why, 500),
        "calls": fitting(facts["calls"], 4, lambda call: call.note, 450),
        "plans": fitting(facts["plans"], 6, lambda plan: facts["titles"].get(plan.slug), 300),
        "devices": fitting(facts["devices"], 4, lambda health: health.device.name, 200),
        "expected": fitting(facts["expected"], 5, lambda level: level.words, 300),
    }


async def _facts(work: Work, patient: Patient) -> dict[str, Any]:
    """The facts that both the page and its printed version show."""
    history = await past.of_patient(work.db, patient.id)
    asked = await questionnaires.newest_of_each(work.db, work.actor)
    definitions = {r.questionnaire_id: await questionnaires.definition_of(work.db, r.questionnaire_id) for r in history}
    appointments = await lists.appointments_of(work.db, patient.id)
    newest = list(reversed(history))[:20]
    source = await sources.of(work.db, work.actor, newest)
    raised = await of_patient(work.db, patient.id)
    in_force = await plans.plans_of(work.db, patient.id)
    return {
        "patient": patient,
        "rows": await inbox_rows.rows_of(work, raised),
        "details": await flag_detail.of_all(work, raised),
        "expected": await flag_detail.expected_of(work, patient.id),
        "history": [(r, definitions[r.questionnaire_id], source[r.id]) for r in newest],
        "sections": trends.sections(definitions.values(), history, appointments),
        "visits": [
            appointment for appointment in appointments if appointment.starts_at > work.now - timedelta(days=30)
        ],
        "plans": in_force,
        "next_due": await plans.next_due(work, patient, in_force),
        "all_visits": len(appointments),
        "ended_plans": await ended_plans.of_patient(work.db, patient.id),
        "titles": {slug: definition.title for slug, definition in asked.items()},
        "faults": {
            slug: definition.refused_because for slug, definition in asked.items() if definition.refused_because
        },
        "caregivers": await people.caregivers_of(work.db, patient.id),
        "devices": await health.of_devices(work.db, await sessions.devices_of(work.db, patient.id), work.now),
        "reminders": await status.of_patient(work.db, patient.id, until=work.now + status.AHEAD),
        "calls": await calls.of_patient(work.db, patient.id),
        "all_answers": len(history),
        "names": {member.id: member.name for member in await staff.everybody(work.db, work.actor)},
        "zone": work.actor.zone,
        "now": work.now,
    }


@post("/pause", opt=STAFF)
async def pause(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    """Pause all messages for the reason in `why`, until the chosen end; "resume" ends the pause that the page showed.

    A page that is out of date changes nothing, and no other reason replaces withdrawn consent.
    """
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    await people.lock(work.db, patient)
    wanted, is_stale = text(form, "why"), edits.is_older(text(form, "shown", 60), patient.pause_shown)
    is_late = is_stale or patient.has_care_ended or (patient.has_withdrawn_consent and wanted != "resume")
    try:
        until = read_end(form, patient, work.now)
    except BadEnd as bad:
        raise BadForm(form, bad.faults) from None
    is_done = wanted == (patient.pause_reason or "resume") and until == patient.paused_until  # twice, or by a colleague
    if is_late and not is_done:
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    if wanted == "resume":
        await pauses.resume(work, patient)
    elif (why := one_of(form, "why", PauseReason)) not in people_rules.PAUSES:
        raise not_chosen(form, "why")
    elif until is not None and why not in MAY_HAVE_END:
        raise BadForm(form, {"end": _("A pause for this reason never ends by itself.")})
    else:
        await departures.pause(work, patient, why, until)
    return render.go(request, f"/staff/patients/{patient.id}")


router = Router("/staff/patients/{patient_id:str}", route_handlers=[patient_page, print_page, pause])
