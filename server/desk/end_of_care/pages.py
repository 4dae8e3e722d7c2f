"""Staff record that a patient has died or is in hospice care; each act has a page that explains its effect."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery

from server.appointments import conflicts
from server.appointments import flow as appointments
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.db import Work
from server.desk.end_of_care import flow
from server.language import gettext as _
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import ENDS_CARE, PauseReason
from server.web import edits, problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, is_yes, one_of, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@get("/", opt=STAFF)
async def end_page(request: Ask, work: InWork, patient_id: FromPath[str], why: FromQuery[str] = "") -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    if why not in list(ENDS_CARE):
        return problems.answer(request, 422)
    if await flow.is_recorded(work.db, patient, PauseReason(why)):
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    return await _end_page(request, work, patient, PauseReason(why))


async def _end_page(
    request: Ask, work: Work, patient: Patient, why: PauseReason, changed: bool = False
) -> Response[str]:
    visits = await flow.to_come(work, patient)
    return render.page(
        request,
        "desk/end_of_care.html",
        409 if changed else 200,
        patient=patient,
        pause_reason=why,
        visits=visits,
        shown=_mark(visits),
        changed=changed,
    )


def _mark(visits: list[Appointment]) -> str:
    """The mark that the page sends back, so that the act cancels only the visits that the page showed, as they were."""
    return edits.marks({"visits": " ".join(f"{visit.id} {visit.shown_to_mark}" for visit in visits)})


@post("/", opt=STAFF)
async def end(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    why = one_of(form, "why", PauseReason)
    if why not in ENDS_CARE:
        return problems.answer(request, 422)
    await people.lock(work.db, patient)
    is_older = edits.is_older(text(form, "shown", 100), _mark(await flow.to_come(work, patient)))
    if is_older and not await flow.is_recorded(work.db, patient, why):
        return await _end_page(request, work, patient, why, changed=True)
    ended = await flow.end(work, patient, why)
    late = Remark(RemarkKind.LATE) if ended.pause_reason != why else None  # a colleague has recorded the death
    return render.go(request, f"/staff/patients/{patient.id}", late)


@get("/reverse", opt=STAFF)
async def reverse_page(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    return await _reverse_page(request, work, found(await people.find_patient(work.db, work.actor, patient_id)))


@post("/reverse", opt=STAFF)
async def reverse(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    await people.lock(work.db, patient)
    ended, reason = await flow.current(work.db, patient), text(form, "reason")
    if ended is not None and edits.is_older(text(form, "shown", 32), ended.id):  # a colleague has recorded another end
        return await _reverse_page(request, work, patient, 409, reason)
    if not reason:
        return await _reverse_page(request, work, patient, 422)
    late = None if await flow.reverse(work, patient, reason) else Remark(RemarkKind.LATE)
    return render.go(request, f"/staff/patients/{patient.id}#cancelled", late)


async def _reverse_page(
    request: Ask, work: Work, patient: Patient, status: int = 200, reason: str = ""
) -> Response[Any]:
    ended = await flow.current(work.db, patient)
    if ended is None:  # a colleague has reversed it
        return render.go(request, f"/staff/patients/{patient.id}", Remark(RemarkKind.LATE))
    return render.page(
        request,
        "desk/end_of_care_reverse.html",
        status,
        patient=patient,
        ended=ended,
        visits=await flow.cancelled(work.db, patient),
        pause_left=await flow.pause_without(work, patient, ended),
        wrong=status == 422,
        changed=status == 409,
        reason=reason,
    )


@post("/restore", opt=STAFF)
async def restore(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    """Book a cancelled visit again; ask first if it conflicts with another visit or closed hours (case 118)."""
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    visit = await appointments.find_locked(work, text(form, "visit", 32))
    refused = problems.answer(request, 409, words=_("This visit can't be restored now. Nothing was changed."))
    if visit is None or visit.patient_id != patient.id:
        return refused
    is_done = visit.end_of_care_id is None and visit.status == AppointmentStatus.BOOKED  # pressed twice
    if not is_done and not await flow.may_restore(work, patient, visit):
        return refused
    if not is_done:
        against = await conflicts.of_times(work, patient, [visit.starts], visit.minutes, visit)
        if against and not is_yes(form, "anyway"):
            page = "desk/end_of_care_restore.html"
            return render.page(request, page, 422, patient=patient, visit=visit, conflicts=against)
        await flow.restore(work, patient, visit)
    return render.go(request, f"/staff/patients/{patient.id}#cancelled")


router = Router("/staff/patients/{patient_id:str}/care", route_handlers=[end_page, end, reverse_page, reverse, restore])
