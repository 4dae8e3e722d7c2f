"""Stop what Interlude sends: pause reminders for a while, or leave."""

from typing import Any

from litestar import Response, Router, get, post

from server.access import departures
from server.access.cookies import ended_cookie
from server.people import flow as people
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders import pauses
from server.web import render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, text

OWN_WISH = PauseReason.OWN_WISH


@get("/pause", opt=PERSON)
async def pause_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(
        request,
        "phone/pause.html",
        patient=await db.get_one(Patient, actor.patient_id),
        clinic=await people.clinic_of(db, actor),
        own_wish=OWN_WISH,
    )


@post("/pause", opt=PERSON)
async def set_pause(request: Ask, work: InWork) -> Response[Any]:
    """Pause all messages, or end a pause. Only the clinic can end a pause that it started."""
    wanted = text(await form_of(request), "pause", 3)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.lock(work.db, patient)
    if wanted == "on" and patient.paused_at is None:
        await pausing.pause(work, patient, OWN_WISH)
    elif wanted == "off" and patient.pause_reason == OWN_WISH:
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
