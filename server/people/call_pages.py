"""Staff record the outcome of a phone call."""

from typing import Any

from litestar import Response, Router, post
from litestar.params import FromPath

from server import double_presses
from server.people import calls, flow
from server.people.rules import CallOutcome
from server.web import render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import fields_of, form_of, not_chosen, one_of, text, way_back
from server.web.problems import found


@post("/", opt=STAFF)
async def log_call(request: Ask, work: InWork, patient_id: FromPath[str]) -> Response[Any]:
    patient = found(await flow.find_patient(work.db, work.actor, patient_id))
    form = await form_of(request)
    outcome = one_of(form, "outcome", CallOutcome)
    if outcome is None:
        raise not_chosen(form, "outcome")
    note, onward = text(form, "note", 1000), way_back(form, f"/staff/patients/{patient.id}#calls")
    async with double_presses.press(work, fields_of(form)) as press:
        if not press.earlier:
            await calls.log_call(work, patient, outcome, note)
            press.onward = onward
    return render.go(request, onward)


router = Router("/staff/patients/{patient_id:str}/calls", route_handlers=[log_call])
