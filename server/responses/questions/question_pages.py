"""A check-in over HTTP: one question a page, an answer is one activation, kept at once."""

import json
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins import rules
from server.checkins.models import CheckIn
from server.people import flow as people
from server.people.models import Clinic, Patient
from server.questionnaires import definition
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import (
    BadAnswer,
    Form,
    Question,
    Value,
    answerable,
    asked,
    next_private,
    next_unanswered,
    private_questions,
    still_asked,
)
from server.responses import drafts, history, lookup, submit
from server.responses.drafts import Statement
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry
from server.responses.questions import question_view, red_flag_screens, same_as_last
from server.web import problems, render
from server.web.dependencies import PERSON, Ask, Db, Now, Who
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/check-ins/{check_in_id:str}", opt=PERSON)
async def start(request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str]) -> Response[Any]:
    """Where it goes on: who is answering, the next question, check and send, or what became of it."""
    check_in = found(await lookup.find(db, actor, check_in_id))
    sent = await history.standing(db, check_in.id)
    if check_in.state in ("done", "partial") or (sent and actor.kind == "caregiver"):
        page = "urgency" if sent and await submit.asks_urgency(db, actor, sent, now) else "sent"
        return render.go(request, f"/check-ins/{check_in.id}/{page}")
    if not rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, now):
        return render.page(request, "responses/closed.html", 200, check_in=check_in)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    respondent = await drafts.goes_on_as(db, actor, check_in, form)
    if respondent is None:
        return await _who(request, db, check_in, now)
    return await _begin(request, db, actor, check_in, respondent, now)


@get("/check-ins/{check_in_id:str}/who", opt=PERSON)
async def who_page(request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    if not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    return await _who(request, db, check_in, now)


async def _who(request: Ask, db: AsyncSession, check_in: CheckIn, now: datetime) -> Response[str]:
    patient = await db.get_one(Patient, check_in.patient_id)
    closed = people.is_closed(await db.get_one(Clinic, check_in.clinic_id), now)
    return render.page(request, "responses/who.html", check_in=check_in, patient=patient, closed=closed)


@post("/check-ins/{check_in_id:str}/who", opt=PERSON)
async def say_who(request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    respondent = text(await form_of(request), "who", 10)
    if respondent not in rules.RESPONDENTS:
        return problems.answer(request, 422)
    if not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    return await _begin(request, db, actor, check_in, rules.respondent_from(respondent, actor.kind), now)


async def _begin(
    request: Ask, db: AsyncSession, actor: Actor, check_in: CheckIn, respondent: str, now: datetime
) -> Response[Any]:
    """With what was answered last time where that may be the same, else with the first question."""
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    if await same_as_last.offer(db, actor, check_in, form, respondent) is not None:
        return render.go(request, f"/check-ins/{check_in.id}/same?who={respondent}")
    return await _go_on(request, db, check_in, respondent, None, now)


@get("/check-ins/{check_in_id:str}/q/{link_id:str}", opt=PERSON)
async def question_page(
    request: Ask,
    db: Db,
    actor: Who,
    now: Now,
    check_in_id: FromPath[str],
    link_id: FromPath[str],
    who: FromQuery[str] = "self",
    chosen: FromQuery[str] = "",
) -> Response[Any]:
    """`chosen`: the patient pressed *Ask me this now* on a phone that someone else holds."""
    check_in = found(await lookup.find(db, actor, check_in_id))
    if not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    respondent = rules.respondent_from(who, actor.kind)
    if respondent == "hands" and link_id in form.by_id and form.is_private(form.by_id[link_id]):
        if not chosen:
            return render.go(request, f"/check-ins/{check_in.id}/check?who=hands")
        return await _ask_now(request, db, check_in, form, form.by_id[link_id], now)
    kept = await drafts.shown_to(db, check_in, form, respondent)
    questions = {q.link_id: q for q in asked(form, kept, respondent)}
    if link_id not in questions:
        raise NotFoundException
    return await _ask(request, db, check_in, form, kept, questions[link_id], respondent, now)


@post("/check-ins/{check_in_id:str}/q/{link_id:str}", opt=PERSON)
async def answer(
    request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str], link_id: FromPath[str]
) -> Response[Any]:
    """Keep the answer, then on to the next question; after a red flag, first what to do now."""
    check_in = found(await lookup.hold(db, actor, check_in_id))
    sent = await form_of(request)
    respondent = rules.respondent_from(text(sent, "who", 10), actor.kind)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    try:
        question = form.question(link_id)
        value = None if text(sent, "skip", 1) else question.read(text(sent, "answer", 60))
        if not await lookup.may_answer(db, actor, check_in, now):
            return await _too_late(request, db, actor, check_in, form, question, value, respondent, now)
        private = respondent == "hands" and form.is_private(question)
        if not private and question not in answerable(form, await drafts.kept(db, check_in, respondent), respondent):
            raise BadAnswer(link_id, "not asked")
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    if private and value is None:  # not skipped: it waits for the patient's own phone
        return await _after_private(request, db, check_in, form, question, None, now)
    red = await drafts.keep(db, actor, check_in, form, Statement(respondent, {link_id: value}), now)
    if red:
        return await _red(request, db, check_in, question, value, red[0].trigger.screen, respondent, now)
    if private:
        return await _after_private(request, db, check_in, form, question, value, now)
    return await _go_on(request, db, check_in, respondent, link_id, now)


async def _ask_now(
    request: Ask, db: AsyncSession, check_in: CheckIn, form: Form, question: Question, now: datetime
) -> Response[str]:
    """A private question, asked afresh: nothing on the page tells of an earlier answer, or whether it is due at all."""
    page = await question_view.question(db, check_in, form, question, "hands")
    closed, onward = people.is_closed(page["clinic"], now), question_view.onward(form, question, page["red"])
    return render.page(request, "responses/question.html", closed=closed, onward=onward, **page, **question_view.NOW)


async def _after_private(
    request: Ask, db: AsyncSession, check_in: CheckIn, form: Form, question: Question, value: Value, now: datetime
) -> Response[Any]:
    """The private question that this answer brings up, or the next one; after the last, on with the others."""
    kept = await drafts.shown_to(db, check_in, form, "hands")
    following = next_private(form, kept | {question.link_id: value}, question.link_id)
    if following is None:
        return await _go_on(request, db, check_in, "hands", None, now)
    path = f"/check-ins/{check_in.id}/q/{following.link_id}?who=hands&chosen=yes"
    if not render.wants_fragment(request):
        return render.go(request, path)
    return render.moved_to(await _ask_now(request, db, check_in, form, following, now), path)


async def _too_late(
    request: Ask,
    db: AsyncSession,
    actor: Actor,
    check_in: CheckIn,
    form: Form,
    question: Question,
    value: Value,
    respondent: str,
    now: datetime,
) -> Response[Any]:
    """It says what became of the check-in (case 18). A red answer is taken as what a phone had kept is."""
    screen = (await red_flag_screens.screens(db, check_in, form, question)).get(str(definition.raw(value)))
    if screen:
        entry = Entry("", {question.link_id: value}, respondent, now)
        if await late_answers.take_late(db, actor, check_in, form, entry, now) is None:
            return await _red(request, db, check_in, question, value, screen, respondent, now)
    return render.go(request, f"/check-ins/{check_in.id}")


async def _red(
    request: Ask,
    db: AsyncSession,
    check_in: CheckIn,
    question: Question,
    value: Value,
    screen: str,
    respondent: str,
    now: datetime,
) -> Response[str]:
    clinic = await db.get_one(Clinic, check_in.clinic_id)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    return render.page(
        request,
        "responses/red.html",
        check_in=check_in,
        question=question,
        chosen=respondent == "hands" and form.is_private(question),
        onward=question_view.onward(form, question, {str(definition.raw(value)): screen}),
        screen=screen,
        clinic=clinic,
        closed=people.is_closed(clinic, now),
        respondent=respondent,
        received=True,
    )


@get("/check-ins/{check_in_id:str}/next", opt=PERSON)
async def next_page(
    request: Ask,
    db: Db,
    actor: Who,
    now: Now,
    check_in_id: FromPath[str],
    who: FromQuery[str] = "self",
    after: FromQuery[str] = "",
) -> Response[Any]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    if not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    return await _go_on(request, db, check_in, rules.respondent_from(who, actor.kind), after or None, now)


async def _go_on(
    request: Ask, db: AsyncSession, check_in: CheckIn, respondent: str, after: str | None, now: datetime
) -> Response[Any]:
    """The next question without an answer, or check and send. htmx gets it at once, without a second request."""
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    kept = await drafts.shown_to(db, check_in, form, respondent)
    question = next_unanswered(form, kept, respondent, after)
    if question is None and after and await same_as_last.as_before_shown(db, check_in, form, respondent):
        return render.go(request, f"/check-ins/{check_in.id}/different?who={respondent}")
    path = f"/check-ins/{check_in.id}/q/{question.link_id}" if question else f"/check-ins/{check_in.id}/check"
    path += f"?who={respondent}"
    if not render.wants_fragment(request):
        return render.go(request, path)
    if question is None:
        return render.moved_to(await _check(request, db, check_in, form, kept, respondent), path)
    return render.moved_to(await _ask(request, db, check_in, form, kept, question, respondent, now), path)


async def _ask(
    request: Ask,
    db: AsyncSession,
    check_in: CheckIn,
    form: Form,
    kept: dict[str, Value],
    question: Question,
    respondent: str,
    now: datetime,
) -> Response[str]:
    shown = await question_view.question(db, check_in, form, question, respondent)
    where = question_view.place(form, kept, question, respondent)
    closed = people.is_closed(shown["clinic"], now)
    return render.page(request, "responses/question.html", closed=closed, **shown, **where)


@get("/check-ins/{check_in_id:str}/check", opt=PERSON)
async def check_page(
    request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str], who: FromQuery[str] = "self"
) -> Response[Any]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    if not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    respondent = rules.respondent_from(who, actor.kind)
    return await _check(request, db, check_in, form, await drafts.shown_to(db, check_in, form, respondent), respondent)


async def _check(
    request: Ask, db: AsyncSession, check_in: CheckIn, form: Form, kept: dict[str, Value], respondent: str
) -> Response[str]:
    private = private_questions(form) if respondent == "hands" else []
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
        before=await same_as_last.as_before_shown(db, check_in, form, respondent),
        private=[(question, answered.get(question.link_id) is not None) for question in private],
        outbox=json.dumps({"answers": still_asked(form, kept, respondent), "respondent": respondent}),
    )


ROUTES = [start, who_page, say_who, question_page, answer, next_page, check_page]
