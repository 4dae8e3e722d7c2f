"""Staff, the patient's other device or a trusted caregiver approve a new device by the number it shows."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.joining import requests as join_requests
from server.access.models import JoinRequest
from server.actor import Actor, ActorKind
from server.people import flow
from server.people.models import Caregiver, Patient
from server.people.rules import Refused
from server.web import render
from server.web.dependencies import PATIENT, PERSON, STAFF, Ask, Db, InWork, Who
from server.web.form_fields import form_of, text
from server.web.problems import found

STAFF_PAGE = "access/staff_approve_device.html"


@get(["/settings/phones/add", "/settings/phones/let-in"], opt=PERSON)
async def own_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    return await _own_page(request, db, actor)


@post(["/settings/phones/add", "/settings/phones/let-in"], opt=PERSON)
async def approve_own_device(request: Ask, work: InWork) -> Response[Any]:
    """Approve a new device of the person whose button was pressed."""
    form = await form_of(request)
    whose = {person.id: person for person in await _approvable_people(work.db, work.actor)}
    person = whose.get(text(form, "whose", 32))
    if person is None:
        raise NotFoundException
    patient, caregiver = await _pair_of(work.db, person)
    typed = text(form, "code", 40)
    done = await join_requests.approve(work, typed, patient, caregiver)
    if isinstance(done, Refused):
        return await _own_page(request, work.db, work.actor, done, typed)
    return render.page(request, "access/device_approved.html", device_name=done.device_name)


async def _own_page(
    request: Ask, db: AsyncSession, actor: Actor, refused: Refused | None = None, typed: str = ""
) -> Response[str]:
    whose = await _approvable_people(db, actor)
    status = 422 if refused else 200
    return render.page(
        request, "access/approve_device.html", status, actor=actor, whose=whose, refused=refused, typed=typed
    )


async def _approvable_people(db: AsyncSession, actor: Actor) -> list[Patient | Caregiver]:
    """The people whose new devices this actor may approve.

    A patient: the patient and the caregivers. A caregiver: themselves, and the patient if the patient allowed that.
    """
    patient = await db.get_one(Patient, actor.patient_id)
    caregivers = await flow.caregivers_of(db, patient.id)
    if actor.kind == ActorKind.PATIENT:
        return [patient, *caregivers]
    own = [caregiver for caregiver in caregivers if caregiver.id == actor.id]
    return [*own, *([patient] if any(caregiver.may_approve for caregiver in own) else [])]


async def _pair_of(db: AsyncSession, person: Patient | Caregiver) -> tuple[Patient, Caregiver | None]:
    if isinstance(person, Patient):
        return person, None
    return await db.get_one(Patient, person.patient_id), person


@post("/settings/helpers/{caregiver_id:str}/allow", opt=PATIENT)
async def allow(request: Ask, work: InWork, caregiver_id: FromPath[str]) -> Response[Any]:
    caregivers = {caregiver.id: caregiver for caregiver in await flow.caregivers_of(work.db, work.actor.patient_id)}
    if caregiver_id not in caregivers:
        raise NotFoundException
    allowed = text(await form_of(request), "allowed", 3) == "yes"
    await join_requests.allow(work, caregivers[caregiver_id], allowed)
    return render.go(request, "/settings/phones")


@get(["/staff/patients/{patient_id:str}/devices", "/staff/patients/{patient_id:str}/let-in"], opt=STAFF)
async def staff_page(
    request: Ask, db: Db, actor: Who, patient_id: FromPath[str], caregiver: FromQuery[str] = ""
) -> Response[str]:
    patient, person = await _patient_and_caregiver(db, actor, patient_id, caregiver)
    return render.page(request, STAFF_PAGE, patient=patient, caregiver=person, refused=None, typed="")


@post(["/staff/patients/{patient_id:str}/devices", "/staff/patients/{patient_id:str}/let-in"], opt=STAFF)
async def staff_approve(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    form = await form_of(request)
    patient, caregiver = await _patient_and_caregiver(work.db, work.actor, patient_id, text(form, "caregiver", 32))
    typed = text(form, "code", 40)
    done = await join_requests.approve(work, typed, patient, caregiver)
    if isinstance(done, JoinRequest):
        return render.go(request, f"/staff/patients/{patient.id}#people")
    return render.page(
        request,
        STAFF_PAGE,
        422,
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


router = Router("/", route_handlers=[own_page, approve_own_device, allow, staff_page, staff_approve])
