"""Staff issue a pairing code for a patient's or caregiver's device, and sign devices out."""

from typing import Any

import segno
from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import device_replacement, rules, sessions
from server.access.joining import flow as joining
from server.access.models import Device
from server.actor import Actor
from server.people import flow
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, Given, InWork, Who
from server.web.form_fields import form_of, text
from server.web.problems import found


@post("/patients/{patient_id:str}/pair", opt=STAFF)
async def pair(request: Ask, work: InWork, settings: Given, patient_id: FromPath[str]) -> Response[str]:
    """Show a new eight-digit code, also as a QR code, for the patient's device or a caregiver's."""
    patient = found(await flow.find_patient(work.db, work.actor, patient_id))
    caregiver_id = text(await form_of(request), "caregiver", 32)
    caregivers = {caregiver.id: caregiver for caregiver in await flow.caregivers_of(work.db, patient.id)}
    caregiver = caregivers.get(caregiver_id)
    if caregiver_id and caregiver is None:
        raise NotFoundException
    code = await joining.issue_pairing(work, patient, caregiver)
    qr = segno.make(f"{settings.base_url}/join#{code}").svg_data_uri(scale=6, border=2)
    return render.page(
        request,
        "access/pairing.html",
        patient=patient,
        caregiver=caregiver,
        code=code,
        qr=qr,
        address=f"{settings.base_url}/join",
        minutes=int(rules.PAIRING_LIFE.total_seconds() // 60),
    )


@get("/devices/{device_id:str}/end", opt=STAFF)
async def ask_to_end_device(request: Ask, db: Db, actor: Who, device_id: FromPath[str]) -> Response[Any]:
    """Ask before a phone is signed out: that cannot be undone."""
    device = await _device_of_clinic(db, actor, device_id)
    back = await _patients_page(db, device)
    if device.staff_id or device.ended_at:
        return render.go(request, back)
    whose = (await device_replacement.person_of(db, device)).name
    return render.page(request, "access/staff_sign_out_device.html", device=device, whose=whose, patients_page=back)


async def _device_of_clinic(db: AsyncSession, actor: Actor, device_id: str) -> Device:
    device = await db.get(Device, device_id)
    if device is None or device.clinic_id != actor.clinic_id:
        raise NotFoundException
    return device


@post("/devices/{device_id:str}/end", opt=STAFF)
async def end_device(request: Ask, work: InWork, device_id: FromPath[str]) -> Response[Any]:
    device = await _device_of_clinic(work.db, work.actor, device_id)
    await sessions.end_device(work, device)
    return render.go(request, await _patients_page(work.db, device))


async def _patients_page(db: AsyncSession, device: Device) -> str:
    if device.patient_id:
        return f"/staff/patients/{device.patient_id}#people"
    caregiver = await flow.find_caregiver(db, device.caregiver_id or "")
    return f"/staff/patients/{caregiver.patient_id}#people" if caregiver else "/staff/patients"


router = Router("/staff", route_handlers=[pair, ask_to_end_device, end_device])
