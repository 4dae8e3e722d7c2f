"""Staff record that a patient has died or is in hospice care; each act has a page that says what it does."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery

from server.db import Work
from server.desk.end_of_care import flow
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import ENDS_CARE, PauseReason
from server.web import problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@get("/", opt=STAFF)
async def end_page(request: Ask, work: InWork, patient_id: FromPath[str], why: FromQuery[str] = "") -> Response[str]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    if why not in list(ENDS_CARE):
        return problems.answer(request, 422)
    visits = await flow.to_come(work, patient)
    return render.page(request, "desk/end_of_care.html", patient=patient, pause_reason=PauseReason(why), visits=visits)


@post("/", opt=STAFF)
async def end(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    why = one_of(await form_of(request), "why", PauseReason)
    if why not in ENDS_CARE:
        return problems.answer(request, 422)
    await flow.end(work, patient, why)
    return render.go(request, f"/staff/patients/{patient.id}")


@get("/reverse", opt=STAFF)
async def reverse_page(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    return await _reverse_page(request, work, found(await people.find_patient(work.db, work.actor, patient_id)))


@post("/reverse", opt=STAFF)
async def reverse(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    reason = text(await form_of(request), "reason")
    if not reason:
        return await _reverse_page(request, work, patient, wrong=True)
    await flow.reverse(work, patient, reason)
    return render.go(request, f"/staff/patients/{patient.id}#cancelled")


async def _reverse_page(request: Ask, work: Work, patient: Patient, wrong: bool = False) -> Response[Any]:
    ended = await flow.current(work.db, patient)
    if ended is None:  # a colleague has taken it back
        return render.go(request, f"/staff/patients/{patient.id}")
    return render.page(
        request,
        "desk/end_of_care_reverse.html",
        422 if wrong else 200,
        patient=patient,
        ended=ended,
        visits=await flow.cancelled(work.db, patient),
        pause_left=await flow.pause_without(work.db, patient, ended),
        wrong=wrong,
    )


@post("/restore", opt=STAFF)
async def restore(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    if not await flow.restore(work, patient, text(await form_of(request), "visit", 32)):
        return problems.answer(request, 409)
    return render.go(request, f"/staff/patients/{patient.id}#cancelled")


router = Router("/staff/patients/{patient_id:str}/care", route_handlers=[end_page, end, reverse_page, reverse, restore])
