"""Send a check-in, say how urgent it is, or undo it."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.actor import ActorKind
from server.checkins.rules import CheckInState
from server.flags.rules import Urgency
from server.people import clinics
from server.people import flow as people
from server.people.models import Patient
from server.questionnaires.branching import still_asked
from server.questionnaires.respondents import Respondent
from server.responses import drafts, history, lookup
from server.responses.questions import third_person
from server.responses.questions.answering import Caller
from server.responses.submission import receipt, submit, urgency
from server.responses.submission.submission import Submission, Taken
from server.web import problems, render
from server.web.dependencies import PERSON, Ask, InWork
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@post("/send", opt=PERSON)
async def send(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    """Send the drafts. A second press adds no response: the client id of the check-in is the same."""
    work, check_in = caller.work, found(await caller.locked())
    if check_in.state != CheckInState.WAITING or (
        work.actor.kind == ActorKind.CAREGIVER and await history.current_response(work.db, check_in.id)
    ):
        return render.go(request, f"/check-ins/{check_in.id}")
    form = await form_of(request)
    answering = await caller.answering(check_in, text(form, "who", 10))
    definition, respondent = answering.definition, answering.respondent
    answers = still_asked(definition, await drafts.kept(work.db, check_in, answering.author), respondent)
    if all(value is None for value in answers.values()) and not text(form, "sure", 3):
        return render.page(request, "responses/no_answers.html", check_in=check_in, respondent=respondent)
    taken = await submit.submit(work, check_in, Submission(check_in.client_id, answers, respondent, work.now))
    flagged = isinstance(taken, Taken) and taken.flagged
    return render.go(request, f"{answering.path}/{'urgency' if flagged else 'sent'}")


@get("/urgency", opt=PERSON)
async def urgency_page(request: Ask, caller: NamedDependency[Caller]) -> Response[str]:
    work, check_in = caller.work, found(await caller.check_in())
    patient = await work.db.get_one(Patient, check_in.patient_id)
    clinic = await people.clinic_of(work.db, work.actor)
    response = await history.find(work.db, work.actor, check_in.id)
    respondent = response.respondent if response else Respondent.SELF
    return render.page(
        request,
        "responses/urgency.html",
        check_in=check_in,
        patient=patient,
        **third_person.naming(patient.name, respondent, work.actor.kind),
        clinic=clinic,
        closed=clinics.closed_hours(clinic, work.now, work.actor.zone),
    )


@post("/urgency", opt=PERSON)
async def say_urgency(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    response = await history.find(work.db, work.actor, check_in_id)
    chosen = one_of(await form_of(request), "urgency", Urgency)
    if response is None or chosen is None:
        return problems.answer(request, 404 if response is None else 422)
    await urgency.choose(work, check_in_id, chosen, work.now)
    return render.go(request, f"/check-ins/{check_in_id}/sent")


@post("/withdraw", opt=PERSON)
async def undo(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Undo the response. A second press leads to the same page for the same respondent, who may not see all answers."""
    check_in = found(await lookup.lock(work.db, work.actor, check_in_id))
    response = await history.find(work.db, work.actor, check_in.id)
    if response is not None and not await receipt.undo(work, response):
        return render.go(request, f"/check-ins/{check_in.id}/sent")
    undone = response or await history.last_undone(work.db, check_in.id)
    return render.go(request, f"/check-ins/{check_in.id}/check" + (f"?who={undone.respondent}" if undone else ""))


router = Router("/", route_handlers=[send, urgency_page, say_urgency, undo])
