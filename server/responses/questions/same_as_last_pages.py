"""The question "Is anything different?": two presses if nothing is; else only the changed questions are asked."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from server.people import clinics
from server.people import flow as people
from server.responses.questions import same_as_last, third_person
from server.responses.questions.answering import Caller
from server.web import problems, render
from server.web.dependencies import PERSON, Ask
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/same", opt=PERSON)
async def same_page(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    answering = found(await caller.at_check_in())
    definition, respondent = answering.definition, answering.respondent
    last = await same_as_last.offer(answering)
    if last is None or not await answering.is_open():
        return render.go(request, f"{answering.path}/next?who={respondent}")
    return render.page(
        request,
        "responses/same.html",
        check_in=answering.check_in,
        definition=definition,
        last=last,
        answers=same_as_last.answers_of(definition, last, respondent),
        respondent=respondent,
        **third_person.naming((await answering.patient()).name, respondent, answering.actor.kind),
        zone=answering.actor.zone,
        closed=clinics.closed_hours(
            await people.clinic_of(answering.db, answering.actor), answering.now, answering.actor.zone
        ),
    )


@post("/same", opt=PERSON)
async def say_same(request: Ask, caller: NamedDependency[Caller]) -> Response[Any]:
    """`say`: same, some (something is different), or all (ask me everything)."""
    check_in = found(await caller.locked())
    sent = await form_of(request)
    say = text(sent, "say", 5)
    if say not in ("same", "some", "all"):
        return problems.answer(request, 422)
    answering = await caller.answering(check_in, text(sent, "who", 10))
    respondent, last = answering.respondent, await same_as_last.offer(answering)
    if last is None or not await answering.is_open() or say == "all":
        return render.go(request, f"{answering.path}/next?who={respondent}")
    answers = same_as_last.answers_of(answering.definition, last, respondent)
    await same_as_last.take_over(answering.work, check_in, answering.statement(answers))
    page = "different" if say == "some" else "next"
    return render.go(request, f"{answering.path}/{page}?who={respondent}")


@get("/different", opt=PERSON)
async def different_page(request: Ask, caller: NamedDependency[Caller], page: FromQuery[int] = 0) -> Response[Any]:
    """The list of questions to change: one press opens a question, which leads back here."""
    answering = found(await caller.at_check_in())
    check_in, definition, respondent = answering.check_in, answering.definition, answering.respondent
    kept = await answering.kept()
    before = await same_as_last.copied_shown(answering)
    pages = same_as_last.pages(definition, kept, respondent)
    if not before or not await answering.is_open():
        return render.go(request, answering.path)
    shown = pages[page if 0 <= page < len(pages) else 0]
    return render.page(
        request,
        "responses/different.html",
        check_in=check_in,
        **shown,
        kept=kept,
        before=before,
        changed=len(kept) - len(before),
        respondent=respondent,
    )


router = Router("/", route_handlers=[same_page, say_same, different_page])
