"""Stop what Interlude sends: pause reminders for a while, or leave."""

from typing import Any

from litestar import Response, Router, get, post

from server.access import departures
from server.access.cookies import ended_cookie
from server.db import Work
from server.people import flow as people
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.ends import BadEnd, EndFields, as_sent, end_fields, read_end
from server.people.rules import PauseReason
from server.questionnaires.respondents import Respondent
from server.reminders import pauses
from server.responses.questions import third_person
from server.web import edits, render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Now, Who
from server.web.form_fields import BadForm, form_of, text

OWN_WISH = PauseReason.OWN_WISH


@get("/pause", opt=PERSON)
async def pause_page(request: Ask, db: Db, actor: Who, now: Now) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    return await _page(request, Work(db, actor, now), patient, end_fields(patient, now))


async def _page(request: Ask, work: Work, patient: Patient, fields: EndFields, changed: bool = False) -> Response[str]:
    return render.page(
        request,
        "phone/pause.html",
        409 if changed else 200,
        patient=patient,
        clinic=await people.clinic_of(work.db, work.actor),
        own_wish=OWN_WISH,
        fields=fields,
        changed=changed,
        **third_person.naming(patient.name, Respondent.SELF, work.actor.kind),
    )


@post("/pause", opt=PERSON)
async def set_pause(request: Ask, work: InWork) -> Response[Any]:
    """Pause all messages until the chosen end, or end a pause. Only the clinic can end or change one that it started.

    A form from an outdated page changes nothing: the current page comes back with the person's choice (case 89).
    """
    form = await form_of(request)
    is_on = text(form, "pause", 3) == "on"
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.lock(work.db, patient)
    try:
        until = read_end(form, patient, work.now) if is_on else None
    except BadEnd as bad:
        raise BadForm(form, bad.faults) from None
    wanted = (OWN_WISH, until) if is_on else (None, None)
    is_done = wanted == (patient.pause_reason, patient.paused_until)  # pressed twice, or on another phone too
    if not is_done and edits.is_older(text(form, "shown", 60), patient.pause_shown):
        return await _page(request, work, patient, as_sent(end_fields(patient, work.now), form), changed=True)
    if patient.pause_reason not in (None, OWN_WISH) or is_done:
        return render.go(request, "/settings/pause")
    if is_on:
        await pausing.pause(work, patient, OWN_WISH, until)
    else:
        await pauses.resume(work, patient)
    return render.go(request, "/settings/pause")


@get("/leave", opt=PATIENT)
async def leave_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(request, "phone/leave.html", clinic=await people.clinic_of(db, actor))


@post("/leave", opt=PATIENT)
async def leave(request: Ask, work: InWork) -> Response[Any]:
    """Withdraw consent: stop all messages and sign out every device (case 51)."""
    await departures.leave(work, await work.db.get_one(Patient, work.actor.patient_id))
    response = render.go(request, "/join")
    response.set_cookie(ended_cookie(request))
    return response


router = Router("/settings", route_handlers=[pause_page, set_pause, leave_page, leave])
