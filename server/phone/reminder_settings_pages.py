"""Settings of reminders: their words, quiet hours, the time of check-ins, text messages."""

from datetime import time
from typing import Any

from litestar import Response, Router, get, post

from server.checkins import plans, rescheduling
from server.devices import subscriptions
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import NameInMessages, PauseReason
from server.people.texting import numbers
from server.questionnaires.respondents import Respondent
from server.reminders.quiet_hours import flow as quiet_hours
from server.responses.questions import third_person
from server.web import problems, render
from server.web.dependencies import PATIENT, PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, one_of, text


@get("/reminders", opt=PERSON)
async def reminders_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    return render.page(
        request,
        "phone/settings_reminders.html",
        patient=patient,
        text_block=(await numbers.blocked_of(db, [patient])).get(patient.id),
        reminders_on=await subscriptions.is_subscribed(db, actor.device_id),
        own_wish=PauseReason.OWN_WISH,
        **third_person.naming(patient.name, Respondent.SELF, actor.kind),
    )


@post("/text", opt=PERSON)
async def set_detail(request: Ask, work: InWork) -> Response[Any]:
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_detailed_text(work, patient, text(await form_of(request), "detail", 3) == "on")
    return render.go(request, "/settings/reminders")


@post("/name", opt=PATIENT)
async def set_name(request: Ask, work: InWork) -> Response[Any]:
    """Which name texts and emails show (case 102)."""
    chosen = one_of(await form_of(request), "name", NameInMessages)
    if chosen is None:
        return problems.answer(request, 422)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_name_in_messages(work, patient, chosen)
    return render.go(request, "/settings/contact")


@post("/emails", opt=PERSON)
async def start_emails(request: Ask, work: InWork) -> Response[Any]:
    """Start emails again after they were stopped by the link in one of them."""
    await people.stop_emails(work, await work.db.get_one(Patient, work.actor.patient_id), stopped=False)
    return render.go(request, "/settings/reminders")


QUIET = {"none": (None, None), "20-8": ("20:00", "08:00"), "21-7": ("21:00", "07:00"), "22-9": ("22:00", "09:00")}


@get("/quiet", opt=PERSON)
async def quiet_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    patient = await db.get_one(Patient, actor.patient_id)
    chosen = next((key for key, span in QUIET.items() if span == (patient.quiet_from, patient.quiet_until)), "none")
    return render.page(request, "phone/quiet.html", chosen=chosen)


@post("/quiet", opt=PERSON)
async def set_quiet(request: Ask, work: InWork) -> Response[Any]:
    span = QUIET.get(text(await form_of(request), "quiet", 10))
    if span is None:
        return problems.answer(request, 422)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_quiet(work, patient, *span)
    await quiet_hours.apply_quiet_hours(work, patient)
    return render.go(request, "/settings/reminders")


TIMES = ("09:00", "12:00", "16:00", "19:00")


@get("/times", opt=PERSON)
async def times_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    chosen = {plan.at for plan in await plans.recurring_of(db, actor.patient_id)}
    times = [(at, time.fromisoformat(at)) for at in TIMES]
    return render.page(request, "phone/times.html", times=times, chosen=chosen)


@post("/times", opt=PERSON)
async def set_time(request: Ask, work: InWork) -> Response[Any]:
    """Set when recurring check-ins fall due, in the patient's zone."""
    at = text(await form_of(request), "at", 5)
    if at not in TIMES:
        return problems.answer(request, 422)
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await plans.set_time(work, patient, time.fromisoformat(at))
    await rescheduling.recalculate(work.db, work.now, patient.id)
    return render.go(request, "/settings/times")


@post("/texts", opt=PERSON)
async def set_texts(request: Ask, work: InWork) -> Response[Any]:
    """Give or withdraw consent to text messages."""
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    await people.set_text_consent(work, patient, text(await form_of(request), "texts", 3) == "on")
    return render.go(request, "/settings/reminders")


SETTINGS = (reminders_page, set_detail, set_name, start_emails, quiet_page, set_quiet, times_page, set_time, set_texts)
router = Router("/settings", route_handlers=SETTINGS)
