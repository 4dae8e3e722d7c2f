"""One appointment for staff: look at it, move it, mark it."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.appointments import flow, rules
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders import status
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.form_fields import a_date, a_time, form_of, one_of
from server.web.problems import found


@get("/", opt=STAFF)
async def appointment_page(request: Ask, db: Db, actor: Who, appointment_id: FromPath[str]) -> Response[str]:
    return await _staff_appointment(request, db, actor, found(await flow.find(db, actor, appointment_id)), None)


@post("/move", opt=STAFF)
async def move(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    day, hour = a_date(form, "date"), a_time(form, "time")
    if day is None or hour is None:
        return await _staff_appointment(request, work.db, work.actor, appointment, BadAppointment("missing"))
    try:
        await flow.move(work, appointment, datetime.combine(day, hour))
    except BadAppointment as bad:
        return await _staff_appointment(request, work.db, work.actor, appointment, bad)
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/mark", opt=STAFF)
async def mark(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    status = one_of(await form_of(request), "status", AppointmentStatus)
    if status is None or not await flow.mark(work, appointment, status):
        return await _staff_appointment(request, work.db, work.actor, appointment, BadAppointment("status"))
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/handled", opt=STAFF)
async def handled(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    await replies.handle_reply(work, found(await flow.find(work.db, work.actor, appointment_id)))
    return render.go(request, "/staff")


async def _staff_appointment(
    request: Ask, db: AsyncSession, actor: Actor, appointment: Appointment, bad: BadAppointment | None
) -> Response[str]:
    return render.page(
        request,
        "appointments/visit.html",
        422 if bad else 200,
        visit=appointment,
        patient=await db.get_one(Patient, appointment.patient_id),
        reminders=await status.with_attempts(db, await reminders.of_subject(db, appointment.id)),
        steps=rules.NEXT[appointment.status],
        bad=bad,
    )


router = Router("/staff/visits/{appointment_id:str}", route_handlers=[appointment_page, move, mark, handled])
