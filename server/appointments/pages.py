"""Appointments over HTTP: answers by a link or a notification; staff book, move and mark them."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.appointments import flow, rules
from server.appointments.flow import NewSeries, NewVisit
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus, BadVisit
from server.people import flow as people
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders import status
from server.reminders.states import Reply
from server.web import problems, render
from server.web.dependencies import ANYONE, STAFF, Ask, Db, InWork, Now, Who
from server.web.form_fields import a_date, a_time, form_of, json_of, one_of, text, texts, whole
from server.web.problems import found


@post("/visits/reply", opt=ANYONE | {"no_csrf": True, "by_token": True})
async def answer_by_token(request: Request[Any, Any, Any], db: Db, now: Now) -> Response[Any]:
    """`{"token": …, "reply": "coming" | "cant"}` from a notification's button; needs no sign-in."""
    body = await json_of(request)
    token, reply = body.get("token"), body.get("reply")
    if not isinstance(token, str) or reply not in tuple(Reply):
        return problems.answer(request, 400)
    reply = Reply(reply)
    if await flow.answer_by_token(db, token, reply, now) is None:
        return problems.answer(request, 404)
    return Response({"token": token, "reply": reply}, status_code=200, headers=render.FRESH)


@get("/go/{token:str}", opt=ANYONE)
async def go_page(request: Ask, db: Db, now: Now, token: FromPath[str]) -> Response[str]:
    """Where a link in an email or text leads: one appointment to answer, no sign-in. Opening it changes nothing."""
    visit = await flow.visit_for_token(db, token, now)
    if visit is None:
        return render.page(request, "appointments/go_over.html", 410)
    return render.page(request, "appointments/go.html", visit=visit, token=token)


@post("/go/{token:str}", opt=ANYONE)
async def go_answer(request: Ask, db: Db, now: Now, token: FromPath[str]) -> Response[Any]:
    reply = one_of(await form_of(request), "reply", Reply)
    if reply is None:
        return problems.answer(request, 422)
    visit = await flow.answer_by_token(db, token, reply, now)
    if visit is None:
        return render.page(request, "appointments/go_over.html", 410)
    return render.page(request, "appointments/go.html", visit=visit, token=token)


@get("/staff/visits/new", opt=STAFF)
async def new_page(request: Ask, db: Db, actor: Who, patient: FromQuery[str] = "") -> Response[str]:
    return await _form(request, db, actor, patient, {}, None)


@post("/staff/visits", opt=STAFF)
async def book(request: Ask, work: InWork) -> Response[Any]:
    form = await form_of(request)
    typed: dict[str, Any] = {name: text(form, name) for name in ("date", "time", "count", "minutes", "instructions")}
    typed["place"] = text(form, "place", rules.PLACE)
    weekdays = frozenset(int(day) for day in texts(form, "weekday") if day in tuple("0123456"))
    typed["weekdays"] = weekdays
    patient = await people.find_patient(work.db, work.actor, text(form, "patient", 32))
    day, hour = a_date(form, "date"), a_time(form, "time")
    if patient is None or day is None or hour is None:
        return await _form(request, work.db, work.actor, text(form, "patient", 32), typed, BadVisit("missing"))
    try:
        minutes = rules.check_length(whole(form, "minutes") if typed["minutes"] else 60)
        new = NewVisit(datetime.combine(day, hour), minutes, typed["place"], typed["instructions"] or None)
        async with work.db.begin_nested():
            await flow.book_series(work, patient, NewSeries(new, weekdays, whole(form, "count") or 1))
    except BadVisit as bad:
        return await _form(request, work.db, work.actor, patient.id, typed, bad)
    return render.go(request, f"/staff/patients/{patient.id}#visits")


async def _form(
    request: Ask, db: AsyncSession, actor: Actor, patient_id: str, typed: dict[str, Any], bad: BadVisit | None
) -> Response[str]:
    clinic = await people.clinic_of(db, actor)
    chosen: Patient | None = await people.find_patient(db, actor, patient_id)
    return render.page(
        request,
        "appointments/new.html",
        422 if bad else 200,
        patients=await people.roster(db, actor),
        chosen=chosen,
        clinic=clinic,
        typed=typed,
        bad=bad,
    )


@get("/staff/visits/{appointment_id:str}", opt=STAFF)
async def visit_page(request: Ask, db: Db, actor: Who, appointment_id: FromPath[str]) -> Response[str]:
    return await _staff_visit(request, db, actor, found(await flow.find(db, actor, appointment_id)), None)


@post("/staff/visits/{appointment_id:str}/move", opt=STAFF)
async def move(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    day, hour = a_date(form, "date"), a_time(form, "time")
    if day is None or hour is None:
        return await _staff_visit(request, work.db, work.actor, appointment, BadVisit("missing"))
    try:
        await flow.move(work, appointment, datetime.combine(day, hour))
    except BadVisit as bad:
        return await _staff_visit(request, work.db, work.actor, appointment, bad)
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/staff/visits/{appointment_id:str}/mark", opt=STAFF)
async def mark(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    status = one_of(await form_of(request), "status", AppointmentStatus)
    if status is None or not await flow.mark(work, appointment, status):
        return await _staff_visit(request, work.db, work.actor, appointment, BadVisit("status"))
    return render.go(request, f"/staff/visits/{appointment.id}")


@post("/staff/visits/{appointment_id:str}/handled", opt=STAFF)
async def handled(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    await flow.handle_reply(work, found(await flow.find(work.db, work.actor, appointment_id)))
    return render.go(request, "/staff")


async def _staff_visit(
    request: Ask, db: AsyncSession, actor: Actor, appointment: Appointment, bad: BadVisit | None
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


ROUTES = [answer_by_token, go_page, go_answer, new_page, book, visit_page, move, mark, handled]
