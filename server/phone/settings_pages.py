"""Settings of patients and caregivers: reminders, quiet hours, contact, pause, leaving."""

from datetime import time
from typing import Any

from litestar import Response, get, post

from server.access import departures
from server.access.cookies import ended_cookie
from server.checkins import flow as checkins
from server.checkins import rescheduling
from server.devices import subscriptions
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import ContactBy, PauseReason
from server.reminders.quiet_hours import flow as quiet_hours
from server.web import problems, render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, one_of, text

OWN_WISH = PauseReason.OWN_WISH


@get("/settings", opt=PERSON, sync_to_thread=False)
def settings_page(request: Ask, actor: Who) -> Response[str]:
    return render.page(request, "phone/settings.html", actor=actor)


@get("/settings/reminders", opt=PERSON)
async def reminders_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(
        request,
        "phone/settings_reminders.html",
        patient=await db.get_one(Patient, actor.patient_id),
        reminders_on=await subscriptions.is_subscribed(db, actor.device_id),
    )


@post("/settings/text", opt=PERSON)
async def set_detail(request: Ask, work: InWork) -> Response[Any]:
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_detailed_text(work, patient, text(await form_of(request), "detail", 3) == "on")
    return render.go(request, "/settings/reminders")


QUIET = {"none": (None, None), "20-8": ("20:00", "08:00"), "21-7": ("21:00", "07:00"), "22-9": ("22:00", "09:00")}


@get("/settings/quiet", opt=PERSON)
async def quiet_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    chosen = next((key for key, span in QUIET.items() if span == (patient.quiet_from, patient.quiet_until)), "none")
    return render.page(request, "phone/quiet.html", chosen=chosen)


@post("/settings/quiet", opt=PERSON)
async def set_quiet(request: Ask, work: InWork) -> Response[Any]:
    span = QUIET.get(text(await form_of(request), "quiet", 10))
    if span is None:
        return problems.answer(request, 422)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_quiet(work, patient, *span)
    await quiet_hours.keep_quiet(work, patient)
    return render.go(request, "/settings/reminders")


TIMES = ("09:00", "12:00", "16:00", "19:00")


@get("/settings/times", opt=PERSON)
async def times_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    chosen = {plan.at for plan in await checkins.recurring_of(db, actor.patient_id)}
    times = [(at, time.fromisoformat(at)) for at in TIMES]
    return render.page(request, "phone/times.html", times=times, chosen=chosen)


@post("/settings/times", opt=PERSON)
async def set_time(request: Ask, work: InWork) -> Response[Any]:
    """Set when recurring check-ins fall due, in the patient's zone."""
    at = text(await form_of(request), "at", 5)
    if at not in TIMES:
        return problems.answer(request, 422)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await checkins.set_time(work, patient, time.fromisoformat(at))
    await rescheduling.recalculate(work.db, work.now, patient.id)
    return render.go(request, "/settings/times")


@post("/settings/texts", opt=PERSON)
async def set_texts(request: Ask, work: InWork) -> Response[Any]:
    """Give or withdraw consent to text messages."""
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_text_consent(work, patient, text(await form_of(request), "texts", 3) == "on")
    return render.go(request, "/settings/reminders")


@get("/settings/contact", opt=PATIENT)
async def contact_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(request, "phone/contact.html", patient=await db.get_one(Patient, actor.patient_id))


@post("/settings/contact", opt=PATIENT)
async def set_contact(request: Ask, work: InWork) -> Response[Any]:
    """Set how the clinic contacts the patient, so that it does not call one who can't speak."""
    contact = one_of(await form_of(request), "contact", ContactBy)
    if not contact:
        return problems.answer(request, 422)
    await people.set_contact(work, await work.db.get_one(Patient, work.actor.patient_id), contact)
    return render.go(request, "/settings/contact")


@get("/settings/pause", opt=PERSON)
async def pause_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(
        request,
        "phone/pause.html",
        patient=await db.get_one(Patient, actor.patient_id),
        clinic=await people.clinic_of(db, actor),
        own_wish=OWN_WISH,
    )


@post("/settings/pause", opt=PERSON)
async def set_pause(request: Ask, work: InWork) -> Response[Any]:
    """Pause all messages, or end a pause. Only the clinic can end a pause that it started."""
    wanted = text(await form_of(request), "pause", 3)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    if wanted == "on" and patient.paused_at is None:
        await people.pause(work, patient, OWN_WISH)
    elif wanted == "off" and patient.pause_reason == OWN_WISH:
        await people.resume(work, patient)
    return render.go(request, "/settings/pause")


@get("/settings/leave", opt=PATIENT)
async def leave_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return render.page(request, "phone/leave.html", clinic=await people.clinic_of(db, actor))


@post("/settings/leave", opt=PATIENT)
async def leave(request: Ask, work: InWork) -> Response[Any]:
    """Withdraw consent: stop all messages and sign out every device (case 51)."""
    await departures.leave(work, await work.db.get_one(Patient, work.actor.patient_id))
    response = render.go(request, "/join")
    response.set_cookie(ended_cookie())
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


ROUTES = [
    settings_page,
    reminders_page,
    times_page,
    set_time,
    set_detail,
    quiet_page,
    set_quiet,
    set_texts,
    contact_page,
    set_contact,
    pause_page,
    set_pause,
    leave_page,
    leave,
]
