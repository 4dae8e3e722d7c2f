"""Staff enter a patient's answers during a phone call: all questions on one page."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.checkins import rules
from server.db import Work
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.responses import by_phone, by_phone_sheet, corrections, lookup
from server.responses.by_phone_sheet import Sheet
from server.responses.submission.submission import Conflict, Taken
from server.web import problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@get("/", opt=STAFF)
async def by_phone_page(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.find(work.db, work.actor, check_in_id))
    if not rules.may_be_entered(check_in.state, check_in.due_at, check_in.closes_at, work.now):
        return problems.answer(request, 410)
    definition = await questionnaires.definition_of(work.db, check_in.questionnaire_id)
    return await _page(request, work, Sheet(check_in, definition, await by_phone.begun(work.db, check_in)))


@post("/", opt=STAFF)
async def enter_by_phone(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    check_in = found(await lookup.lock(work.db, work.actor, check_in_id))
    definition = await questionnaires.definition_of(work.db, check_in.questionnaire_id)
    form = await form_of(request)
    answers = by_phone_sheet.read(definition, form)
    strays = by_phone.unasked(definition, answers)
    if strays or by_phone_sheet.is_empty(answers, form):
        return await _page(request, work, Sheet(check_in, definition, answers, strays, is_refused=True))
    taken = await by_phone.enter(work, check_in, definition, answers)
    if isinstance(taken, Refused):
        return await _page(request, work, Sheet(check_in, definition, answers, is_closed=True))
    if isinstance(taken, Conflict) and corrections.may_correct(taken.response):
        return await _page(request, work, Sheet(check_in, definition, answers, corrects=taken.response, is_late=True))
    return render.go(request, f"/staff/responses/{taken.response.id}", _remark(taken))


def _remark(taken: Taken | Conflict) -> Remark | None:
    """What became of the entry where answers had come from a phone before it."""
    if taken.response.entered_by is not None or (isinstance(taken, Taken) and not taken.again):
        return None
    is_kept = isinstance(taken, Conflict) and taken.is_kept
    return Remark(RemarkKind.KEPT_BESIDE if is_kept else RemarkKind.SENT_ALREADY)


async def _page(request: Ask, work: Work, sheet: Sheet) -> Response[str]:
    context = await by_phone_sheet.context(work, sheet)
    return render.page(request, by_phone_sheet.TEMPLATE, sheet.status, sheet.wrong_fields, **context)


router = Router("/staff/check-ins/{check_in_id:str}/by-phone", route_handlers=[by_phone_page, enter_by_phone])
