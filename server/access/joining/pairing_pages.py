"""Staff issue a pairing code for a patient's or caregiver's device."""

from typing import Any

import segno
from litestar import Response, Router, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.access import rules
from server.access.joining import flow as joining
from server.people import flow
from server.web import render
from server.web.dependencies import STAFF, Ask, Given, InWork
from server.web.form_fields import form_of, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@post("/patients/{patient_id:str}/pair", opt=STAFF)
async def pair(request: Ask, work: InWork, settings: Given, patient_id: FromPath[str]) -> Response[Any]:
    """Show a new eight-digit code, also as a QR code, for the patient's device or a caregiver's."""
    patient = found(await flow.find_patient(work.db, work.actor, patient_id))
    if not await joining.may_pair(work.db, patient):
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
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


router = Router("/staff", route_handlers=[pair])
