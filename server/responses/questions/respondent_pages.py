"""Open a check-in: ask who is answering if that is not known yet, then lead to the first step."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from server.actor import ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.people import clinics
from server.people.models import Clinic, Patient
from server.questionnaires.respondents import Respondent, respondent_from
from server.responses import drafts, history, lookup
from server.responses.questions import next_steps, same_as_last
from server.responses.questions.answering import Answering, Caller
from server.responses.submission import urgency
from server.web import problems, render
from server.web.dependencies import PERSON, Ask
from server.web.form_fields import form_of, one_of
from server.web.problems import found


@get("/", opt=PERSON)
async def start(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    """Redirect to the next step: who answers, the next question, Check and send, or the check-in's status."""
    work, check_in = caller.work, found(await caller.check_in())
    sent = await history.current_response(work.db, check_in.id)
    if check_in.state in (CheckInState.DONE, CheckInState.PARTIAL) or (sent and work.actor.kind == ActorKind.CAREGIVER):
        page = "urgency" if sent and await urgency.asks(work, sent) else "sent"
        return render.go(request, f"/check-ins/{check_in.id}/{page}")
    if not rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, work.now):
        patient = await work.db.get_one(Patient, check_in.patient_id)
        return render.page(request, "responses/closed.html", paused=patient.paused_at is not None)
    answering = await caller.answering(check_in)
    respondent = await drafts.respondent_to_resume(work.db, work.actor, check_in, answering.definition)
    if respondent is None:
        return await _who(request, work, check_in)
    return await _begin(request, answering.by(respondent))


@get("/who", opt=PERSON)
async def who_page(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    check_in = found(await caller.check_in())
    if not await lookup.may_answer(caller.work, check_in):
        return render.go(request, f"/check-ins/{check_in.id}")
    return await _who(request, caller.work, check_in)


async def _who(request: Ask, work: Work, check_in: CheckIn) -> Response[str]:
    patient = await work.db.get_one(Patient, check_in.patient_id)
    closed = clinics.closed_hours(await work.db.get_one(Clinic, check_in.clinic_id), work.now, work.actor.zone)
    return render.page(request, "responses/who.html", check_in=check_in, patient=patient, closed=closed)


@post("/who", opt=PERSON)
async def choose_respondent(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    check_in = found(await caller.check_in())
    claimed = one_of(await form_of(request), "who", Respondent)
    if claimed is None:
        return problems.answer(request, 422)
    if not await lookup.may_answer(caller.work, check_in):
        return render.go(request, f"/check-ins/{check_in.id}")
    respondent = respondent_from(claimed, caller.work.actor.kind)
    return await _begin(request, (await caller.answering(check_in)).by(respondent))


async def _begin(request: Ask, answering: Answering) -> Response[Any]:
    """Start with the answers of last time if they may be copied, else with the first question."""
    if await same_as_last.offer(answering) is not None:
        return render.go(request, f"{answering.path}/same?who={answering.respondent}")
    step = await next_steps.after(answering, await answering.kept(), None)
    return render.go(request, step.path)


router = Router("/", route_handlers=[start, who_page, choose_respondent])
