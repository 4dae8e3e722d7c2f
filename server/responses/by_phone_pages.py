"""Staff enter a patient's answers during a phone call: all questions on one page."""

from dataclasses import replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from server.checkins import rules
from server.db import Work
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Answers, Value
from server.questionnaires.definition import Definition
from server.questionnaires.question import BadAnswer
from server.responses import by_phone, by_phone_sheet, corrections, history, lookup, unread
from server.responses.by_phone_sheet import Sheet
from server.responses.submission.submission import Conflict, Taken
from server.web import edits, problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, not_chosen, text
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


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
    answers = _read(definition, form)
    strays = by_phone.unasked(definition, answers)
    if strays or _is_empty(answers, form):
        return await _page(request, work, Sheet(check_in, definition, answers, strays, is_refused=True))
    taken = await by_phone.enter(work, check_in, definition, answers)
    if isinstance(taken, Refused):
        return await _page(request, work, Sheet(check_in, definition, answers, is_closed=True))
    if isinstance(taken, Conflict) and corrections.may_correct(taken.response):
        return await _page(request, work, Sheet(check_in, definition, answers, corrects=taken.response, is_late=True))
    return render.go(request, f"/staff/responses/{taken.response.id}", _remark(taken))


def _remark(taken: Taken | Conflict) -> Remark | None:
    """Tell staff what became of their entry if the patient had sent answers before it."""
    if taken.response.entered_by is not None or (isinstance(taken, Taken) and not taken.again):
        return None
    is_kept = isinstance(taken, Conflict) and taken.is_kept
    return Remark(RemarkKind.KEPT_AS_VERSION if is_kept else RemarkKind.SENT_BEFORE)


@get("/", opt=STAFF)
async def correct_page(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    """Show the newest version. If that is another one, the form still goes to the address at which it was opened.

    So a form that staff filled in for the earlier version comes back into its own page, with the typed text.
    """
    earlier = found(await unread.find(work.db, work.actor, response_id))
    newest = await corrections.newest_version(work.db, earlier)
    definition = await questionnaires.definition_of(work.db, newest.questionnaire_id)
    if definition.refused_because or not corrections.may_correct(newest):
        return problems.answer(request, 410)
    check_in = found(await lookup.find(work.db, work.actor, newest.check_in_id))
    replaced = None if newest is earlier else earlier
    sheet = Sheet(check_in, definition, history.answers_of(newest), corrects=newest, replaced=replaced)
    return await _page(request, work, sheet)


@post("/", opt=STAFF)
async def correct(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    """Replace answers that were entered by mistake.

    If a colleague did so first, the form takes over their other corrections and saves nothing yet (case 89).
    """
    earlier = found(await unread.find(work.db, work.actor, response_id))
    check_in = found(await lookup.lock(work.db, work.actor, earlier.check_in_id))
    definition = await questionnaires.definition_of(work.db, earlier.questionnaire_id)
    newest = await corrections.newest_version(work.db, earlier)
    await work.db.refresh(newest)
    form = await form_of(request)
    merged = edits.merge(form, by_phone_sheet.shown(definition, history.answers_of(newest)))
    answers = _read(definition, merged.form)
    strays = by_phone.unasked(definition, answers)
    sheet = Sheet(check_in, definition, answers, strays, corrects=newest, changed=merged.changed)
    is_older = newest is not earlier
    asks = merged.changed or not text(form, "seen")  # a page from before this version does not say what it showed
    if is_older and asks and (merged.changed or sheet.differing) and corrections.may_correct(newest):
        return await _page(request, work, replace(sheet, is_late=True))
    if strays or _is_empty(answers, form):
        return await _page(request, work, replace(sheet, is_refused=True))
    done = await corrections.correct(work, check_in, definition, newest, answers)
    if isinstance(done, Refused) and done.why == "same" and not is_older:
        return await _page(request, work, replace(sheet, is_same=True))
    return render.go(request, f"/staff/responses/{newest.id if isinstance(done, Refused) else done.id}")


def _read(definition: Definition, form: FormMultiDict) -> dict[str, Value]:
    try:
        return by_phone_sheet.read(
            definition, {each.link_id: text(form, each.link_id) for each in definition.questions}
        )
    except BadAnswer as bad:
        raise not_chosen(form, bad.link_id) from None


def _is_empty(answers: Answers, form: FormMultiDict) -> bool:
    """Whether no question has an answer, and staff have not confirmed that."""
    return all(value is None for value in answers.values()) and not text(form, "sure", 3)


async def _page(request: Ask, work: Work, sheet: Sheet) -> Response[str]:
    context = await by_phone_sheet.context(work, sheet)
    return render.page(request, by_phone_sheet.TEMPLATE, sheet.status, sheet.wrong_fields, **context)


router = Router(
    "/staff",
    route_handlers=[
        Router("/check-ins/{check_in_id:str}/by-phone", route_handlers=[by_phone_page, enter_by_phone]),
        Router("/responses/{response_id:str}/correct", route_handlers=[correct_page, correct]),
    ],
)
