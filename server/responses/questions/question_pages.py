"""A check-in over HTTP: one question per page; one press answers it, and the answer is saved at once."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from server.people import clinics
from server.people.models import Clinic
from server.questionnaires.answers import Value
from server.questionnaires.branching import answerable, asked
from server.questionnaires.question import BadAnswer, Question, raw
from server.questionnaires.respondents import Respondent
from server.responses import drafts, history
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry
from server.responses.questions import next_steps, question_view, red_flag_screens, third_person
from server.responses.questions.answering import Answering, Caller
from server.web import problems, render
from server.web.dependencies import PERSON, Ask
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/q/{link_id:str}", opt=PERSON)
async def question_page(
    request: Ask, caller: NamedDependency[Caller], link_id: FromPath[str], chosen: FromQuery[str] = ""
) -> Response[Any]:
    """Show a question. `chosen`: the patient pressed *Ask me this now* on a device that someone else holds."""
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    definition, respondent = answering.definition, answering.respondent
    if (
        respondent == Respondent.HANDS
        and link_id in definition.by_id
        and definition.is_private(definition.by_id[link_id])
    ):
        if not chosen:
            return render.go(request, f"{answering.path}/check?who=hands")
        return await _ask_now(request, answering, definition.by_id[link_id])
    kept = await answering.kept()
    questions = {q.link_id: q for q in asked(definition, kept, respondent)}
    if link_id not in questions:
        raise NotFoundException
    return await _ask(request, answering, kept, questions[link_id])


@post("/q/{link_id:str}", opt=PERSON)
async def answer(request: Ask, caller: NamedDependency[Caller], link_id: FromPath[str]) -> Response[Any]:
    """Save the answer, then show the next question; after an urgent flag, first the screen with what to do now."""
    check_in = found(await caller.locked())
    sent = await form_of(request)
    answering = await caller.answering(check_in, text(sent, "who", 10))
    definition, respondent = answering.definition, answering.respondent
    try:
        question = definition.question(link_id)
        value = None if text(sent, "skip", 1) else question.read(text(sent, "answer", 60))
        if not await answering.is_open():
            return await _too_late(request, answering, question, value)
        private = respondent == Respondent.HANDS and definition.is_private(question)
        if not private and question not in answerable(
            definition, await drafts.kept(answering.db, check_in, answering.author), respondent
        ):
            raise BadAnswer(link_id, "not asked")
    except BadAnswer:
        return problems.answer(request, 422)
    if private and value is None:  # a skip saves nothing: the question waits for the patient's own device
        return await _after_private(request, answering, question, None)
    red = await drafts.keep(answering.work, check_in, definition, answering.statement({link_id: value}))
    if red:
        return await _urgent_screen(request, answering, question, value, red[0].trigger.screen)
    if private:
        return await _after_private(request, answering, question, value)
    return await _go_on(request, answering, link_id)


async def _too_late(request: Ask, answering: Answering, question: Question, value: Value) -> Response[Any]:
    """Answer after closing: redirect to the check-in's status (case 18).

    An urgent answer is still recorded, as it is for offline answers; so is one to a check-in that another person sent
    meanwhile (case 76).
    """
    check_in, definition = answering.check_in, answering.definition
    screen = (await red_flag_screens.screens(answering.db, check_in, definition, question)).get(str(raw(value)))
    if screen or (value is not None and await _was_sent_by_another(answering)):
        entry = Entry("", {question.link_id: value}, answering.respondent, answering.now)
        if await late_answers.take_late(answering.work, check_in, definition, entry) is None and screen:
            return await _urgent_screen(request, answering, question, value, screen)
    return render.go(request, answering.path)


async def _was_sent_by_another(answering: Answering) -> bool:
    sent = await history.current_response(answering.db, answering.check_in.id)
    return sent is not None and sent.author != answering.author


async def _urgent_screen(
    request: Ask, answering: Answering, question: Question, value: Value, screen: str
) -> Response[str]:
    clinic = await answering.db.get_one(Clinic, answering.check_in.clinic_id)
    return render.page(
        request,
        "responses/red.html",
        check_in=answering.check_in,
        question=question,
        chosen=answering.respondent == Respondent.HANDS and answering.definition.is_private(question),
        onward=question_view.onward(answering.definition, question, {str(raw(value)): screen}),
        screen=screen,
        clinic=clinic,
        closed=clinics.closed_hours(clinic, answering.now, answering.actor.zone),
        respondent=answering.respondent,
        received=True,
        **third_person.naming((await answering.patient()).name, answering.respondent, answering.actor.kind),
    )


async def _after_private(request: Ask, answering: Answering, question: Question, value: Value) -> Response[Any]:
    """Ask the next private question; after the last, continue with the others."""
    kept = await answering.kept() | {question.link_id: value}
    step = next_steps.after_private(answering, kept, question.link_id)
    if step is None or step.question is None:
        return await _go_on(request, answering, None)
    if not render.wants_fragment(request):
        return render.go(request, step.path)
    return render.moved_to(await _ask_now(request, answering, step.question), step.path)


async def _ask_now(request: Ask, answering: Answering, question: Question) -> Response[str]:
    """Show a private question without any sign of an earlier answer or of whether it is due."""
    definition = answering.definition
    page = await question_view.question(answering.db, answering.check_in, definition, question, Respondent.HANDS)
    closed = clinics.closed_hours(page["clinic"], answering.now, answering.actor.zone)
    onward = question_view.onward(definition, question, page["red"])
    return render.page(request, "responses/question.html", closed=closed, onward=onward, **page, **question_view.NOW)


@get("/next", opt=PERSON)
async def next_page(request: Ask, caller: NamedDependency[Caller], after: FromQuery[str] = "") -> Response[Any]:
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    return await _go_on(request, answering, after or None)


async def _go_on(request: Ask, answering: Answering, after: str | None) -> Response[Any]:
    """The next step. htmx gets its page at once, without a second request."""
    kept = await answering.kept()
    step = await next_steps.after(answering, kept, after)
    if step.is_list or not render.wants_fragment(request):
        return render.go(request, step.path)
    if step.question is None:
        page = await question_view.check(answering, kept)
        return render.moved_to(render.page(request, "responses/check.html", **page), step.path)
    return render.moved_to(await _ask(request, answering, kept, step.question), step.path)


async def _ask(request: Ask, answering: Answering, kept: dict[str, Value], question: Question) -> Response[str]:
    definition, respondent = answering.definition, answering.respondent
    shown = await question_view.question(answering.db, answering.check_in, definition, question, respondent)
    where = question_view.place(definition, kept, question, respondent)
    closed = clinics.closed_hours(shown["clinic"], answering.now, answering.actor.zone)
    return render.page(request, "responses/question.html", closed=closed, **shown, **where)


@get("/check", opt=PERSON)
async def check_page(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    """Check and send: every answer in a list, and the button that sends them."""
    answering = found(await caller.at_check_in())
    if not await answering.is_open():
        return render.go(request, answering.path)
    page = await question_view.check(answering, await answering.kept())
    return render.page(request, "responses/check.html", **page)


router = Router("/", route_handlers=[question_page, answer, next_page, check_page])
