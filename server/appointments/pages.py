"""One appointment for staff: look at it, move it, mark it, correct it, record a reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.appointments import conflicts, flow, rules
from server.appointments.conflicts import Conflict
from server.appointments.flow import Details
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentChanged, AppointmentStatus, BadAppointment
from server.db import Work
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders import status
from server.reminders.states import Reply
from server.web import render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import a_date, a_time, form_of, is_yes, line, one_of, text, way_back, whole
from server.web.problems import found


@get("/", opt=STAFF)
async def appointment_page(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[str]:
    return await _page(request, work, Shown(found(await flow.find(work.db, work.actor, appointment_id))))


@post("/move", opt=STAFF)
async def move(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    day, hour = a_date(form, "date"), a_time(form, "time")
    if day is None or hour is None:
        lacks = [name for name, value in (("date", day), ("time", hour)) if value is None]
        return await _page(request, work, Shown(appointment, bad=BadAppointment("missing", fields=lacks)))
    starts = datetime.combine(day, hour)
    if text(form, "shown", 100) not in ("", appointment.shown):
        return await _page(request, work, Shown(appointment, starts, is_stale=True))
    patient = await work.db.get_one(Patient, appointment.patient_id)
    try:
        against = await conflicts.of_times(work, patient, [starts], appointment.minutes, appointment)
        if against and not is_yes(form, "anyway"):
            return await _page(request, work, Shown(appointment, starts, conflicts=against))
        await flow.move(work, appointment, starts)
    except BadAppointment as bad:
        return await _page(request, work, Shown(appointment, starts, bad=bad))
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/mark", opt=STAFF)
async def mark(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    status = one_of(form, "status", AppointmentStatus)
    asks = status is not None and text(form, "anyway") != status  # staff were asked about another mark, or not yet
    if status and asks and (against := conflicts.of_mark(appointment, status, work.now)):
        return await _page(request, work, Shown(appointment, conflicts=against, status=status))
    if status is None or not await flow.mark(work, appointment, status):
        return await _page(request, work, Shown(appointment, bad=BadAppointment("status")))
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/correct", opt=STAFF)
async def correct(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """Change place, length and instructions. The patient hears of a new place and of new instructions."""
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    details = Details(line(form, "place", rules.PLACE), whole(form, "minutes") or 0, text(form, "instructions") or None)
    try:
        await flow.correct(work, appointment, details)
    except BadAppointment as bad:
        return await _page(request, work, Shown(appointment, bad=bad, details=details))
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/reply", opt=STAFF)
async def record_reply(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """A reply that the patient gave on the phone or at the desk (case 119)."""
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    reply = one_of(form, "reply", Reply)
    if reply is None:
        return await _page(request, work, Shown(appointment, bad=BadAppointment("status")))
    try:
        await replies.answer(work, appointment, reply)
    except AppointmentChanged:
        return await _page(request, work, Shown(appointment, bad=BadAppointment("over")))
    return render.go(request, way_back(form, f"/staff/visits/{appointment.id}"))


@post("/handled", opt=STAFF)
async def handled(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    await replies.handle_reply(work, found(await flow.find(work.db, work.actor, appointment_id)))
    return render.go(request, "/staff")


@dataclass(frozen=True)
class Shown:
    """The page of an appointment: what was typed, and what speaks against it.

    `status`: the mark that staff are asked about. `is_stale`: somebody has moved the visit since the page was opened.
    """

    appointment: Appointment
    starts: datetime | None = None
    bad: BadAppointment | None = None
    conflicts: Sequence[Conflict] = ()
    status: AppointmentStatus | None = None
    details: Details | None = None
    is_stale: bool = False


async def _page(request: Ask, work: Work, shown: Shown) -> Response[str]:
    appointment = shown.appointment
    refused = shown.bad or shown.conflicts
    return render.page(
        request,
        "appointments/visit.html",
        409 if shown.is_stale else 422 if refused else 200,
        shown.bad.fields if shown.bad else (),
        visit=appointment,
        patient=await work.db.get_one(Patient, appointment.patient_id),
        reminders=await status.with_attempts(work.db, await reminders.of_subject(work.db, appointment.id)),
        steps=rules.NEXT[appointment.status],
        bad=shown.bad,
        conflicts=shown.conflicts,
        wanted=shown.status,
        to=shown.starts or appointment.starts,
        details=shown.details or appointment,
        stale=shown.is_stale,
        may_reply=appointment.status in rules.UPCOMING and appointment.starts_at > work.now,
        replies=tuple(Reply),
    )


router = Router(
    "/staff/visits/{appointment_id:str}",
    route_handlers=[appointment_page, move, mark, correct, record_reply, handled],
)
