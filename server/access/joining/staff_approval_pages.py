"""Staff approve a patient's or caregiver's new device by the number it shows."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.joining import requests as join_requests
from server.access.models import JoinRequest
from server.actor import Actor
from server.people import flow
from server.people.models import Caregiver, Patient
from server.people.rules import Refused
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.form_fields import form_of, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind

STAFF_PAGE = "access/staff_approve_device.html"


@get(["/devices", "/let-in"], opt=STAFF)
async def staff_page(
    request: Ask, db: Db, actor: Who, patient_id: FromPath[str], caregiver: FromQuery[str] = ""
) -> Response[Any]:
    patient, person = await _patient_and_caregiver(db, actor, patient_id, caregiver)
    if patient.has_died:
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    return render.page(request, STAFF_PAGE, patient=patient, caregiver=person, refused=None, typed="")


@post(["/devices", "/let-in"], opt=STAFF)
async def staff_approve(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    form = await form_of(request)
    patient, caregiver = await _patient_and_caregiver(work.db, work.actor, patient_id, text(form, "caregiver", 32))
    typed = text(form, "code", 40)
    done = await join_requests.approve(work, typed, patient, caregiver)
    if done == Refused("died"):
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    if isinstance(done, JoinRequest):
        return render.go(request, f"/staff/patients/{patient.id}#people")
    return render.page(
        request,
        STAFF_PAGE,
        422,
        ("code",),
        patient=patient,
        caregiver=caregiver,
        refused=done,
        typed=typed,
    )


async def _patient_and_caregiver(
    db: AsyncSession, actor: Actor, patient_id: str, caregiver_id: str
) -> tuple[Patient, Caregiver | None]:
    patient = found(await flow.find_patient(db, actor, patient_id))
    caregivers = {caregiver.id: caregiver for caregiver in await flow.caregivers_of(db, patient.id)}
    return patient, found(caregivers.get(caregiver_id)) if caregiver_id else None


router = Router("/staff/patients/{patient_id:str}", route_handlers=[staff_page, staff_approve])
