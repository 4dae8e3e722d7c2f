"""Reply to an appointment by a token from a link or a notification, without signing in; staff deal with the reply."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import flow
from server.appointments.models import Appointment
from server.appointments.replies import after_hours
from server.appointments.replies import flow as replies
from server.people import households
from server.people.models import Clinic, Patient
from server.people.rules import ContactBy
from server.reminders.states import Reply
from server.web import edits, problems, render
from server.web.dependencies import ANYONE, STAFF, Ask, Db, InWork, Now
from server.web.form_fields import form_of, json_of, one_of, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@post("/visits/reply", opt=ANYONE | {"no_csrf": True, "by_token": True})
async def answer_by_token(request: Request[Any, Any, Any], db: Db, now: Now) -> Response[Any]:
    """`{"token": …, "reply": "coming" | "cant"}` from a notification's button; needs no sign-in."""
    body = await json_of(request)
    token, reply = body.get("token"), body.get("reply")
    if not isinstance(token, str) or reply not in tuple(Reply):
        return problems.answer(request, 400)
    reply = Reply(reply)
    if await replies.answer_by_token(db, token, reply, now) is None:
        return problems.answer(request, 404)
    return Response({"token": token, "reply": reply}, status_code=200, headers=render.FRESH)


@get("/go/{token:str}", opt=ANYONE)
async def go_page(request: Ask, db: Db, now: Now, token: FromPath[str]) -> Response[str]:
    """The page of a link in an email or text: one appointment to answer, no sign-in. Opening it changes nothing."""
    appointment = await replies.appointment_for_token(db, token, now)
    if appointment is None:
        return render.page(request, "appointments/go_over.html", 410)
    return await _page(request, db, appointment, token, now)


async def _page(request: Ask, db: AsyncSession, appointment: Appointment, token: str, now: datetime) -> Response[str]:
    patient = await db.get_one(Patient, appointment.patient_id)
    called = await _name(db, patient)
    return render.page(
        request,
        "appointments/go.html",
        visit=appointment,
        after_hours=await after_hours.of(db, appointment, patient.zone, now),
        patient=patient,
        clinic=await db.get_one(Clinic, appointment.clinic_id),
        token=token,
        now=now,
        called=called,
        by_name=bool(called),
    )


async def _name(db: AsyncSession, patient: Patient) -> str:
    """The name of the patient on the page; "" if nobody else reads the patient's messages (cases 102, 104)."""
    there = {one.id: one for found in (await households.by_address(db, [patient])).values() for one in found}
    is_shared = len(there) > 1 or patient.contact == ContactBy.CAREGIVER
    return households.label(patient, there.values()).text if is_shared else ""


@post("/go/{token:str}", opt=ANYONE | {"no_csrf": True, "by_token": True})  # works without cookies (case 126)
async def go_answer(request: Ask, db: Db, now: Now, token: FromPath[str]) -> Response[Any]:
    reply = one_of(await form_of(request), "reply", Reply)
    if reply is None:
        return problems.answer(request, 422)
    appointment = await replies.answer_by_token(db, token, reply, now)
    if appointment is None:
        return render.page(request, "appointments/go_over.html", 410)
    return await _page(request, db, appointment, token, now)


@post("/staff/visits/{appointment_id:str}/handled", opt=STAFF)
async def handled(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """Staff have dealt with the reply that the list showed. A newer reply stays on the list, which says so."""
    appointment = found(await flow.find_locked(work, appointment_id))
    if edits.is_older(text(await form_of(request), "shown", 200), appointment.shown_to_reply):
        return render.go(request, "/staff", Remark(RemarkKind.NEWER_REPLY, appointment.id))
    await replies.handle_reply(work, appointment)
    return render.go(request, "/staff")


router = Router("/", route_handlers=[answer_by_token, go_page, go_answer, handled])
