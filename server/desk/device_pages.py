"""Staff sign out a patient's or caregiver's device, after a page that explains the effect."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from server.access import device_replacement, sessions
from server.access.models import Device
from server.people import flow as people
from server.people.models import Patient
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, InWork, Who
from server.web.problems import found


@get("/", opt=STAFF)
async def end_page(request: Ask, db: Db, actor: Who, device_id: FromPath[str]) -> Response[Any]:
    """Ask before signing a phone out, which cannot be undone."""
    device = found(await sessions.find_device(db, actor, device_id))
    back = await _patients_page(db, device)
    if device.staff_id or device.ended_at:
        return render.go(request, back)
    person = await device_replacement.person_of(db, device)
    patient = person if isinstance(person, Patient) else await db.get_one(Patient, person.patient_id)
    page = "desk/sign_out_device.html"
    return render.page(request, page, patient=patient, device=device, whose=person.name, patients_page=back)


@post("/", opt=STAFF)
async def end(request: Ask, work: InWork, device_id: FromPath[str]) -> Response[Any]:
    device = found(await sessions.find_device(work.db, work.actor, device_id))
    await sessions.end_device(work, device)
    return render.go(request, await _patients_page(work.db, device))


async def _patients_page(db: AsyncSession, device: Device) -> str:
    if device.patient_id:
        return f"/staff/patients/{device.patient_id}#people"
    caregiver = await people.find_caregiver(db, device.caregiver_id or "")
    return f"/staff/patients/{caregiver.patient_id}#people" if caregiver else "/staff/patients"


router = Router("/staff/devices/{device_id:str}/end", route_handlers=[end_page, end])
