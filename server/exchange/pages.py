"""Data that leaves for other programs: an appointment for the calendar, the patient's own data, metrics."""

import hmac
import json
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.appointments import flow
from server.appointments.rules import AppointmentStatus
from server.checkins.rules import may_see_private
from server.db import Work
from server.exchange import metrics, my_data
from server.exchange.calendar import CalendarAppointment, appointment_file
from server.exchange.fhir.bundle import bundle
from server.exchange.my_data import MyData
from server.language import gettext as _
from server.people.models import Patient
from server.people.rules import name_in_message
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from server.web import render
from server.web.dependencies import ANYONE, PATIENT, PERSON, WRITES, Ask, Db, Given, InWork, Now, Who
from server.web.problems import found


@get("/visits/{appointment_id:str}/visit.ics", opt=PERSON)
async def appointment_ics(work: InWork, appointment_id: FromPath[str]) -> Response[bytes]:
    appointment = found(await flow.find(work.db, work.actor, appointment_id))
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    by_caregiver = work.actor.kind == ActorKind.CAREGIVER  # whose calendar may hold the visits of several people
    whose = name_in_message(patient.name, patient.name_in_messages) if by_caregiver else ""
    shown = CalendarAppointment(
        uid=appointment.id,
        starts=appointment.starts,
        zone=appointment.zone,
        minutes=appointment.minutes,
        place=appointment.place,
        title=f"{whose}: {_('Clinic visit')}" if whose else _("Clinic visit"),
        note=_("Open Interlude to see what to do before it."),
        changes=appointment.changes,
        cancelled=appointment.status == AppointmentStatus.CANCELLED,
    )
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "no-store"}
    return Response(appointment_file(shown, work.now), media_type="text/calendar", headers=headers)


@get("/my-data", opt=PATIENT)
async def my_data_page(request: Ask, db: Db, actor: Who, who: FromQuery[str] = "") -> Response[str]:
    return render.page(request, "exchange/my_data.html", private=await _may_see_private(db, actor, who), who=who)


async def _may_see_private(db: AsyncSession, actor: Actor, who: str) -> bool:
    """The patient's data includes mood. After a caregiver, the patient must first confirm who holds the device."""
    return may_see_private(actor.kind, await drafts.last_respondent(db, actor.patient_id), who == Respondent.SELF)


@get("/my-data.html", opt=PATIENT | WRITES)
async def my_data_to_read(request: Ask, work: InWork, who: FromQuery[str] = "") -> Response[Any]:
    if not await _may_see_private(work.db, work.actor, who):
        return render.go(request, "/my-data")
    data = await _my_data(work)
    answers = [
        (one.response, one.definition, my_data.lines(one.response, one.definition)) for one in reversed(data.answers)
    ]
    page = render.page(
        request,
        "exchange/my_data_file.html",
        patient=data.patient,
        clinic=data.clinic,
        visits=data.visits,
        answers=answers,
        now=work.now,
    )
    page.headers["Content-Disposition"] = 'attachment; filename="my-data.html"'
    return page


@get("/my-data.json", opt=PATIENT | WRITES)
async def my_data_as_fhir(request: Ask, work: InWork, who: FromQuery[str] = "") -> Response[Any]:
    if not await _may_see_private(work.db, work.actor, who):
        return render.go(request, "/my-data")
    body = json.dumps(bundle(await _my_data(work), work.now), ensure_ascii=False).encode()
    headers = render.FRESH | {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(body, media_type="application/fhir+json", headers=headers)


async def _my_data(work: Work) -> MyData:
    patient = await work.db.get_one(Patient, work.actor.patient_id)
    audit.record(work, "patient.exported", patient)
    return await my_data.gather(work.db, patient)


@get("/metrics", opt=ANYONE)
async def metrics_page(request: Request[Any, Any, Any], db: Db, settings: Given, now: Now) -> Response[bytes]:
    """For Prometheus, by bearer token. 404 if the settings have no token, or for a wrong one."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not settings.metrics_token or not hmac.compare_digest(given.encode(), settings.metrics_token.encode()):
        raise NotFoundException
    return Response(await metrics.scrape(db, now), media_type="text/plain; version=0.0.4", headers=render.FRESH)


router = Router("/", route_handlers=[appointment_ics, my_data_page, my_data_to_read, my_data_as_fhir, metrics_page])
