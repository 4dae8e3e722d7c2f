"""Staff enter a patient's answers during a phone call: all questions on one page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from server.checkins import rules
from server.checkins.models import CheckIn
from server.db import Work
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Answers, Value
from server.questionnaires.definition import Definition
from server.questionnaires.question import BadAnswer, Question
from server.responses import by_phone, corrections, history, lookup, unread
from server.responses.models import Response as StoredResponse
from server.responses.questions.red_flag_screens import screens
from server.responses.submission.submission import Conflict
from server.web import problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, not_chosen, text
from server.web.problems import found


@dataclass(frozen=True)
class Sheet:
    """The form that staff fill in. `strays` are questions that have an answer although they are not asked.

    `is_late`: a colleague has entered or corrected the answers since the page was opened; `corrects` is theirs.
    """

    check_in: CheckIn
    definition: Definition
    answers: Answers
    strays: Sequence[Question] = ()
    is_refused: bool = False
    corrects: StoredResponse | None = None  # the version that these answers will replace
    is_same: bool = False
    is_late: bool = False
    is_closed: bool = False

    @property
    def status(self) -> int:
        if self.is_late:
            return 409
        return 410 if self.is_closed else 422 if self.is_refused or self.is_same else 200

    @property
    def differing(self) -> list[Question]:
        """The questions that a colleague's entry answers in another way."""
        theirs = history.answers_of(self.corrects) if self.corrects else {}
        return [
            each for each in self.definition.questions if theirs.get(each.link_id) != self.answers.get(each.link_id)
        ]


@get("/", opt=STAFF)
async def by_phone_page(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    definition = await questionnaires.definition_of(work.db, check_in.questionnaire_id)
    if definition.refused_because or not rules.may_be_entered(
        check_in.state, check_in.due_at, check_in.closes_at, work.now
    ):
        return problems.answer(request, 410)
    return await _page(request, work, Sheet(check_in, definition, await by_phone.begun(work.db, check_in)))


@post("/", opt=STAFF)
async def enter_by_phone(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.lock(work.db, work.actor, check_in_id))
    definition = await questionnaires.definition_of(work.db, check_in.questionnaire_id)
    form = await form_of(request)
    try:
        answers = _read(definition, form)
    except BadAnswer as bad:
        raise not_chosen(form, bad.link_id) from None
    strays = by_phone.unasked(definition, answers)
    nothing = all(value is None for value in answers.values()) and not text(form, "sure", 3)
    if strays or nothing:
        return await _page(request, work, Sheet(check_in, definition, answers, strays, is_refused=True))
    taken = await by_phone.enter(work, check_in, definition, answers)
    if isinstance(taken, Refused):
        return await _page(request, work, Sheet(check_in, definition, answers, is_closed=True))
    if isinstance(taken, Conflict) and corrections.may_correct(taken.response):
        return await _page(request, work, Sheet(check_in, definition, answers, corrects=taken.response, is_late=True))
    return render.go(request, f"/staff/responses/{taken.response.id}")


@get("/", opt=STAFF)
async def correct_page(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    earlier = found(await unread.find(work.db, work.actor, response_id))
    definition = await questionnaires.definition_of(work.db, earlier.questionnaire_id)
    if definition.refused_because or not corrections.may_correct(earlier):
        return problems.answer(request, 410)
    check_in = found(await lookup.find(work.db, work.actor, earlier.check_in_id))
    return await _page(request, work, Sheet(check_in, definition, history.answers_of(earlier), corrects=earlier))


@post("/", opt=STAFF)
async def correct(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    """Replace answers that were entered by mistake. If a colleague did so first, ask which is right (case 115)."""
    earlier = found(await unread.find(work.db, work.actor, response_id))
    check_in = found(await lookup.lock(work.db, work.actor, earlier.check_in_id))
    definition = await questionnaires.definition_of(work.db, earlier.questionnaire_id)
    form = await form_of(request)
    try:
        answers = _read(definition, form)
    except BadAnswer as bad:
        raise not_chosen(form, bad.link_id) from None
    sheet = Sheet(check_in, definition, answers, by_phone.unasked(definition, answers), corrects=earlier)
    nothing = all(value is None for value in answers.values()) and not text(form, "sure", 3)
    if sheet.strays or nothing:
        return await _page(request, work, replace(sheet, is_refused=True))
    done = await corrections.correct(work, check_in, definition, earlier, answers)
    if isinstance(done, Refused) and done.why == "same":
        return await _page(request, work, replace(sheet, is_same=True))
    if isinstance(done, Refused):
        newest = await corrections.newest_version(work.db, earlier)
        later = replace(sheet, corrects=newest, is_late=True)
        if later.differing and corrections.may_correct(newest):
            return await _page(request, work, later)
        return render.go(request, f"/staff/responses/{newest.id}")
    return render.go(request, f"/staff/responses/{done.id}")


def _read(definition: Definition, sent: FormMultiDict) -> dict[str, Value]:
    """The submitted answers. A question without a choice counts as skipped. Raises BadAnswer."""
    return {question.link_id: _value(question, text(sent, question.link_id)) for question in definition.questions}


def _value(question: Question, typed: str) -> Value:
    return question.read(typed) if typed else None


async def _red_answers(work: Work, sheet: Sheet) -> dict[str, dict[str, str]]:
    """Question → the answers that lead to a red-flag screen, each with that screen."""
    questions = sheet.definition.questions
    return {each.link_id: await screens(work.db, sheet.check_in, sheet.definition, each) for each in questions}


def _red_mark(screens: dict[str, str], typed: str) -> dict[str, str]:
    """The attribute of a choice that shows what to do at once, for one that leads to a red-flag screen (case 115)."""
    return {"data-red": screens[typed]} if typed in screens else {}


async def _page(request: Ask, work: Work, sheet: Sheet) -> Response[str]:
    by_phone_address = f"/staff/check-ins/{sheet.check_in.id}/by-phone"
    return render.page(
        request,
        "responses/by_phone.html",
        sheet.status,
        [question.link_id for question in sheet.strays],
        check_in=sheet.check_in,
        definition=sheet.definition,
        answers=sheet.answers,
        red=await _red_answers(work, sheet),
        reds=_red_mark,
        strays=sheet.strays,
        nothing=sheet.is_refused and not sheet.strays,
        corrects=sheet.corrects,
        address=f"/staff/responses/{sheet.corrects.id}/correct" if sheet.corrects else by_phone_address,
        same=sheet.is_same,
        late=sheet.differing if sheet.is_late else None,
        closed=sheet.is_closed,
        enterer=await staff.find_staff(work.db, work.actor, (sheet.corrects and sheet.corrects.entered_by) or ""),
        patient=await work.db.get_one(Patient, sheet.check_in.patient_id),
        clinic=await people.clinic_of(work.db, work.actor),
        zone=work.actor.zone,
        now=work.now,
    )


router = Router(
    "/staff",
    route_handlers=[
        Router("/check-ins/{check_in_id:str}/by-phone", route_handlers=[by_phone_page, enter_by_phone]),
        Router("/responses/{response_id:str}/correct", route_handlers=[correct_page, correct]),
    ],
)
