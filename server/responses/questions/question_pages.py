"""A check-in over HTTP: one question per page; one press answers it, and the answer is saved at once."""

import json
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.branching import answerable, asked, next_unanswered, still_asked
from server.questionnaires.private_questions import next_private, private_questions
from server.questionnaires.question import BadAnswer, Question, raw
from server.questionnaires.respondents import Respondent, respondent_from
from server.responses import drafts, history, lookup
from server.responses.drafts import Statement
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry
from server.responses.questions import question_view, red_flag_screens, same_as_last
from server.responses.questions.answering import Answering, Caller
from server.responses.submission import receipt
from server.web import problems, render
from server.web.dependencies import PERSON, Ask, InWork
from server.web.form_fields import form_of, one_of, text
from server.web.problems import found


@get("/check-ins/{check_in_id:str}", opt=PERSON)
async def start(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Redirect to the next step: who answers, the next question, Check and send, or the check-in's status."""
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    sent = await history.current_response(work.db, check_in.id)
    if check_in.state in (CheckInState.DONE, CheckInState.PARTIAL) or (sent and work.actor.kind == ActorKind.CAREGIVER):
        page = "urgency" if sent and await receipt.asks_urgency(work, sent) else "sent"
        return render.go(request, f"/check-ins/{check_in.id}/{page}")
    if not rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, work.now):
        return render.page(request, "responses/closed.html", 200, check_in=check_in)
    form = await questionnaires.form_of(work.db, check_in.questionnaire_id)
    respondent = await drafts.respondent_to_resume(work.db, work.actor, check_in, form)
    if respondent is None:
        return await _who(request, work.db, check_in, work.now)
    return await _begin(request, Answering(work.db, work.actor, work.now, check_in, form, respondent))


@get("/check-ins/{check_in_id:str}/who", opt=PERSON)
async def who_page(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    if not await lookup.may_answer(work, check_in):
        return render.go(request, f"/check-ins/{check_in.id}")
    return await _who(request, work.db, check_in, work.now)


async def _who(request: Ask, db: AsyncSession, check_in: CheckIn, now: datetime) -> Response[str]:
    patient = await db.get_one(Patient, check_in.patient_id)
    closed = people.is_closed(await db.get_one(Clinic, check_in.clinic_id), now)
    return render.page(request, "responses/who.html", check_in=check_in, patient=patient, closed=closed)


@post("/check-ins/{check_in_id:str}/who", opt=PERSON)
async def choose_respondent(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    claimed = one_of(await form_of(request), "who", Respondent)
    if claimed is None:
        return problems.answer(request, 422)
    if not await lookup.may_answer(work, check_in):
        return render.go(request, f"/check-ins/{check_in.id}")
    form = await questionnaires.form_of(work.db, check_in.questionnaire_id)
    respondent = respondent_from(claimed, work.actor.kind)
    return await _begin(request, Answering(work.db, work.actor, work.now, check_in, form, respondent))


async def _begin(request: Ask, answering: Answering) -> Response[Any]:
    """Start with the answers of last time if they may be copied, else with the first question."""
    one = answering
    if await same_as_last.offer(one.db, one.actor, one.check_in, one.form, one.respondent) is not None:
        return render.go(request, f"{one.path}/same?who={one.respondent}")
    return await _go_on(request, answering, None)


@get("/check-ins/{check_in_id:str}/q/{link_id:str}", opt=PERSON)
async def question_page(
    request: Ask, caller: NamedDependency[Caller], link_id: FromPath[str], chosen: FromQuery[str] = ""
) -> Response[Any]:
    """Show a question. `chosen`: the patient pressed *Ask me this now* on a device that someone else holds."""
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    form, respondent = answering.form, answering.respondent
    if respondent == Respondent.HANDS and link_id in form.by_id and form.is_private(form.by_id[link_id]):
        if not chosen:
            return render.go(request, f"{answering.path}/check?who=hands")
        return await _ask_now(request, answering, form.by_id[link_id])
    kept = await answering.kept()
    questions = {q.link_id: q for q in asked(form, kept, respondent)}
    if link_id not in questions:
        raise NotFoundException
    return await _ask(request, answering, kept, questions[link_id])


@post("/check-ins/{check_in_id:str}/q/{link_id:str}", opt=PERSON)
async def answer(request: Ask, work: InWork, check_in_id: FromPath[str], link_id: FromPath[str]) -> Response[Any]:
    """Save the answer, then show the next question; after an urgent flag, first the screen with what to do now."""
    check_in = found(await lookup.hold(work.db, work.actor, check_in_id))
    sent = await form_of(request)
    respondent = respondent_from(text(sent, "who", 10), work.actor.kind)
    form = await questionnaires.form_of(work.db, check_in.questionnaire_id)
    answering = Answering(work.db, work.actor, work.now, check_in, form, respondent)
    try:
        question = form.question(link_id)
        value = None if text(sent, "skip", 1) else question.read(text(sent, "answer", 60))
        if not await answering.is_open():
            return await _too_late(request, answering, question, value)
        private = respondent == Respondent.HANDS and form.is_private(question)
        if not private and question not in answerable(
            form, await drafts.kept(work.db, check_in, respondent), respondent
        ):
            raise BadAnswer(link_id, "not asked")
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    if private and value is None:  # a skip saves nothing: the question waits for the patient's own device
        return await _after_private(request, answering, question, None)
    red = await drafts.keep(work, check_in, form, Statement(respondent, {link_id: value}))
    if red:
        return await _urgent_screen(request, answering, question, value, red[0].trigger.screen)
    if private:
        return await _after_private(request, answering, question, value)
    return await _go_on(request, answering, link_id)


async def _ask_now(request: Ask, answering: Answering, question: Question) -> Response[str]:
    """Show a private question without any sign of an earlier answer or of whether it is due."""
    form = answering.form
    page = await question_view.question(answering.db, answering.check_in, form, question, Respondent.HANDS)
    closed = people.is_closed(page["clinic"], answering.now)
    onward = question_view.onward(form, question, page["red"])
    return render.page(request, "responses/question.html", closed=closed, onward=onward, **page, **question_view.NOW)


async def _after_private(request: Ask, answering: Answering, question: Question, value: Value) -> Response[Any]:
    """Ask the private question that this answer enables, or the next one; after the last, continue with the others."""
    kept = await answering.kept()
    following = next_private(answering.form, kept | {question.link_id: value}, question.link_id)
    if following is None:
        return await _go_on(request, answering, None)
    path = f"{answering.path}/q/{following.link_id}?who=hands&chosen=yes"
    if not render.wants_fragment(request):
        return render.go(request, path)
    return render.moved_to(await _ask_now(request, answering, following), path)


async def _too_late(request: Ask, answering: Answering, question: Question, value: Value) -> Response[Any]:
    """Answer after closing: redirect to the check-in's status (case 18).

    An urgent answer is still recorded, as it is for offline answers.
    """
    db, check_in, form = answering.db, answering.check_in, answering.form
    screen = (await red_flag_screens.screens(db, check_in, form, question)).get(str(raw(value)))
    if screen:
        entry = Entry("", {question.link_id: value}, answering.respondent, answering.now)
        if await late_answers.take_late(Work(db, answering.actor, answering.now), check_in, form, entry) is None:
            return await _urgent_screen(request, answering, question, value, screen)
    return render.go(request, answering.path)


async def _urgent_screen(
    request: Ask, answering: Answering, question: Question, value: Value, screen: str
) -> Response[str]:
    clinic = await answering.db.get_one(Clinic, answering.check_in.clinic_id)
    return render.page(
        request,
        "responses/red.html",
        check_in=answering.check_in,
        question=question,
        chosen=answering.respondent == Respondent.HANDS and answering.form.is_private(question),
        onward=question_view.onward(answering.form, question, {str(raw(value)): screen}),
        screen=screen,
        clinic=clinic,
        closed=people.is_closed(clinic, answering.now),
        respondent=answering.respondent,
        received=True,
    )


@get("/check-ins/{check_in_id:str}/next", opt=PERSON)
async def next_page(request: Ask, caller: NamedDependency[Caller], after: FromQuery[str] = "") -> Response[Any]:
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    return await _go_on(request, answering, after or None)


async def _go_on(request: Ask, answering: Answering, after: str | None) -> Response[Any]:
    """The next unanswered question, or Check and send. htmx gets the page at once, without a second request."""
    db, check_in, form, respondent = answering.db, answering.check_in, answering.form, answering.respondent
    kept = await answering.kept()
    question = next_unanswered(form, kept, respondent, after)
    if question is None and after and await same_as_last.copied_shown(db, check_in, form, respondent):
        return render.go(request, f"{answering.path}/different?who={respondent}")
    path = f"{answering.path}/q/{question.link_id}" if question else f"{answering.path}/check"
    path += f"?who={respondent}"
    if not render.wants_fragment(request):
        return render.go(request, path)
    if question is None:
        return render.moved_to(await _check(request, answering, kept), path)
    return render.moved_to(await _ask(request, answering, kept, question), path)


async def _ask(request: Ask, answering: Answering, kept: dict[str, Value], question: Question) -> Response[str]:
    form, respondent = answering.form, answering.respondent
    shown = await question_view.question(answering.db, answering.check_in, form, question, respondent)
    where = question_view.place(form, kept, question, respondent)
    closed = people.is_closed(shown["clinic"], answering.now)
    return render.page(request, "responses/question.html", closed=closed, **shown, **where)


@get("/check-ins/{check_in_id:str}/check", opt=PERSON)
async def check_page(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    return await _check(request, answering, await answering.kept())


async def _check(request: Ask, answering: Answering, kept: dict[str, Value]) -> Response[str]:
    db, check_in, form, respondent = answering.db, answering.check_in, answering.form, answering.respondent
    private = private_questions(form) if respondent == Respondent.HANDS else []
    answered = await drafts.private(db, check_in, form) if private else {}
    return render.page(
        request,
        "responses/check.html",
        patient=await db.get_one(Patient, check_in.patient_id),
        check_in=check_in,
        form=form,
        respondent=respondent,
        questions=asked(form, kept, respondent),
        drafts=kept,
        before=await same_as_last.copied_shown(db, check_in, form, respondent),
        private=[(question, answered.get(question.link_id) is not None) for question in private],
        outbox=json.dumps({"answers": still_asked(form, kept, respondent), "respondent": respondent}),
    )


ROUTES = [start, who_page, choose_respondent, question_page, answer, next_page, check_page]
