"""The patient's page of a visit, with its reply."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.appointments import flow as appointments
from server.appointments.models import Appointment
from server.appointments.replies import after_hours
from server.appointments.replies import flow as replies
from server.appointments.rules import AnsweredMeanwhile, AppointmentChanged
from server.db import Work
from server.people import flow as people
from server.people.models import Patient
from server.questionnaires.respondents import Respondent
from server.reminders.states import Reply
from server.responses.questions import third_person
from server.web import problems, render
from server.web.dependencies import PERSON, Ask, InWork
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@get("/", opt=PERSON)
async def appointment_page(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[str]:
    return await _page(request, work, found(await appointments.find(work.db, work.actor, appointment_id)))


@post("/answer", opt=PERSON)
async def answer(request: Ask, work: InWork, appointment_id: FromPath[str]) -> Response[Any]:
    """Reply to a visit. If it or its answer changed since the page was shown, the page says so and asks again."""
    appointment = found(await appointments.find(work.db, work.actor, appointment_id))
    form = await form_of(request)
    reply = one_of(form, "reply", Reply)
    if reply is None:
        return problems.answer(request, 422)
    try:
        await replies.answer(work, appointment, reply, replies.Page(text(form, "shown"), text(form, "replied", 40)))
    except (AppointmentChanged, AnsweredMeanwhile) as refused:
        return await _page(request, work, appointment, refused)
    return render.go(request, f"/visits/{appointment.id}")


async def _page(
    request: Ask, work: Work, appointment: Appointment, refused: AppointmentChanged | AnsweredMeanwhile | None = None
) -> Response[str]:
    was: datetime | None = refused.was if isinstance(refused, AppointmentChanged) else None
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    return render.page(
        request,
        "phone/visit.html",
        409 if refused else 200,
        visit=appointment,
        after_hours=await after_hours.of(work.db, appointment, patient.zone, work.now),
        changed=isinstance(refused, AppointmentChanged),
        answered=isinstance(refused, AnsweredMeanwhile),
        was=was if was != appointment.starts else None,
        patient=patient,
        clinic=await people.clinic_of(work.db, work.actor),
        now=work.now,
        **third_person.naming(patient.name, Respondent.SELF, work.actor.kind),
    )


router = Router("/visits/{appointment_id:str}", route_handlers=[appointment_page, answer])
