"""Staff keep patients and caregivers, and pair their phones."""

from typing import Any

import segno
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.actor import Actor
from server.clock import is_zone
from server.people import devices, flow, joining, rules
from server.people.flow import NewPatient
from server.people.guards import STAFF, Ask, Db, Given, Now, Who
from server.people.models import Device, Patient
from server.phone_numbers import BadNumber, BadNumbers
from server.web import problems, render
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/staff/patients", opt=STAFF)
async def roster_page(request: Ask, db: Db, actor: Who, q: FromQuery[str] = "") -> Response[str]:
    sought = q.strip().casefold()
    patients = [p for p in await flow.roster(db, actor) if sought in p.name.casefold()]
    return render.page(request, "people/roster.html", patients=patients, q=q)


@get("/staff/patients/new", opt=STAFF)
async def new_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await flow.clinic_of(db, actor)
    return render.page(
        request,
        "people/patient_form.html",
        patient=None,
        form=None,
        fault=None,
        bad_numbers={},
        zone=clinic.zone,
        country=clinic.country,
    )


@post("/staff/patients", opt=STAFF)
async def register(request: Ask, db: Db, actor: Who, now: Now) -> Response[Any]:
    form = await form_of(request)
    new = _new_patient(form)
    if fault := _fault(new):
        return await _refused(request, db, actor, new, fault)
    try:
        patient = await flow.register_patient(db, actor, new, now)
    except BadNumbers as bad:
        return await _refused(request, db, actor, new, bad)
    return render.go(request, f"/staff/patients/{patient.id}")


@get("/staff/patients/{patient_id:str}/edit", opt=STAFF)
async def edit_page(request: Ask, db: Db, actor: Who, patient_id: FromPath[str]) -> Response[str]:
    patient = found(await flow.find_patient(db, actor, patient_id))
    return render.page(
        request,
        "people/patient_form.html",
        patient=patient,
        form=patient,
        fault=None,
        bad_numbers={},
        zone=patient.zone,
        country=(await flow.clinic_of(db, actor)).country,
    )


@post("/staff/patients/{patient_id:str}/edit", opt=STAFF)
async def edit(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await flow.find_patient(db, actor, patient_id))
    new = _new_patient(await form_of(request))
    if fault := _fault(new):
        return await _refused(request, db, actor, new, fault, patient)
    try:
        await flow.change_patient(db, actor, patient, new, now)
    except BadNumbers as bad:
        return await _refused(request, db, actor, new, bad, patient)
    return render.go(request, f"/staff/patients/{patient.id}")


async def _refused(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    new: NewPatient,
    fault: str | BadNumbers,
    patient: Patient | None = None,
) -> Response[str]:
    """The form as it was typed, with what has to be mended."""
    bad_numbers: dict[str, BadNumber] = fault.by_field if isinstance(fault, BadNumbers) else {}
    return render.page(
        request,
        "people/patient_form.html",
        422,
        patient=patient,
        form=new,
        fault="numbers" if bad_numbers else fault,
        bad_numbers=bad_numbers,
        zone=new.zone,
        country=(await flow.clinic_of(db, actor)).country,
    )


def _new_patient(form: FormMultiDict) -> NewPatient:
    contact = text(form, "contact", 10)
    return NewPatient(
        name=text(form, "name", 120),
        zone=text(form, "zone", 64),
        phone=text(form, "phone") or None,
        email=text(form, "email", 200) or None,
        helper_phone=text(form, "helper_phone") or None,
        contact=contact if contact in rules.CONTACTS else "",
        instructions=text(form, "instructions") or None,
        locale=language.known(text(form, "language", 10)),
    )


def _fault(new: NewPatient) -> str | None:
    if not new.name:
        return "name"
    if new.email and not rules.is_email(new.email):
        return "email"
    return None if is_zone(new.zone) else "zone"


@post("/staff/patients/{patient_id:str}/pause", opt=STAFF)
async def pause(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[Any]:
    """One act; said again it resumes."""
    patient = found(await flow.find_patient(db, actor, patient_id))
    why = text(await form_of(request), "why", 20)
    if why == "resume":
        await flow.resume(db, actor, patient, now)
    elif why in rules.PAUSES:
        await flow.pause(db, actor, patient, why, now)
    else:
        return problems.answer(request, 422)
    return render.go(request, f"/staff/patients/{patient.id}")


@post("/staff/patients/{patient_id:str}/caregivers", opt=STAFF)
async def add_caregiver(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await flow.find_patient(db, actor, patient_id))
    form = await form_of(request)
    if name := text(form, "name", 120):
        await flow.add_caregiver(db, actor, patient, name, text(form, "relation", 40), now)
    return render.go(request, f"/staff/patients/{patient.id}#people")


@post("/staff/patients/{patient_id:str}/pair", opt=STAFF)
async def pair(request: Ask, db: Db, actor: Who, settings: Given, now: Now, patient_id: FromPath[str]) -> Response[str]:
    """A code of eight digits and the same as a QR, for the patient's phone or a caregiver's."""
    patient = found(await flow.find_patient(db, actor, patient_id))
    caregiver_id = text(await form_of(request), "caregiver", 32)
    helpers = {helper.id: helper for helper in await flow.caregivers_of(db, patient.id)}
    caregiver = helpers.get(caregiver_id)
    if caregiver_id and caregiver is None:
        raise NotFoundException
    code = await joining.issue_pairing(db, actor, patient, caregiver, now)
    qr = segno.make(f"{settings.base_url}/join#{code}").svg_data_uri(scale=6, border=2)
    return render.page(
        request,
        "people/pairing.html",
        patient=patient,
        caregiver=caregiver,
        code=code,
        qr=qr,
        address=f"{settings.base_url}/join",
        minutes=int(rules.PAIRING_LIFE.total_seconds() // 60),
    )


@post("/staff/devices/{device_id:str}/end", opt=STAFF)
async def end_device(request: Ask, db: Db, actor: Who, now: Now, device_id: FromPath[str]) -> Response[Any]:
    device = await db.get(Device, device_id)
    if device is None or device.clinic_id != actor.clinic_id:
        raise NotFoundException
    await devices.end_device(db, actor, device, now)
    return render.go(request, await _patients_page(db, device))


async def _patients_page(db: AsyncSession, device: Device) -> str:
    if device.patient_id:
        return f"/staff/patients/{device.patient_id}#people"
    caregiver = await flow.find_caregiver(db, device.caregiver_id or "")
    return f"/staff/patients/{caregiver.patient_id}#people" if caregiver else "/staff/patients"


ROUTES = [roster_page, new_page, register, edit_page, edit, pause, add_caregiver, pair, end_device]
