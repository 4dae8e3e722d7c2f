"""Staff correct answers that were entered by phone. Both versions stay (case 115)."""

from dataclasses import replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.db import Work
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.responses import by_phone, by_phone_sheet, corrections, history, lookup, unread
from server.responses.by_phone_sheet import Sheet
from server.web import edits, problems, render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/", opt=STAFF)
async def correct_page(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    earlier = found(await unread.find(work.db, work.actor, response_id))
    if not corrections.may_correct(earlier):
        return problems.answer(request, 410)
    check_in = found(await lookup.find(work.db, work.actor, earlier.check_in_id))
    definition = await questionnaires.definition_of(work.db, earlier.questionnaire_id)
    return await _page(request, work, Sheet(check_in, definition, history.answers_of(earlier), corrects=earlier))


@post("/", opt=STAFF)
async def correct(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[Any]:
    """Replace answers that were entered by mistake.

    If a colleague did so first, their other corrections come into the form, and nothing is saved yet (case 89).
    """
    earlier = found(await unread.find(work.db, work.actor, response_id))
    check_in = found(await lookup.lock(work.db, work.actor, earlier.check_in_id))
    definition = await questionnaires.definition_of(work.db, earlier.questionnaire_id)
    newest = await corrections.newest_version(work.db, earlier)
    await work.db.refresh(newest)
    form = await form_of(request)
    merged = edits.merge(form, by_phone_sheet.shown(definition, history.answers_of(newest)))
    answers = by_phone_sheet.read(definition, merged.form)
    strays = by_phone.unasked(definition, answers)
    sheet = Sheet(check_in, definition, answers, strays, corrects=newest, changed=merged.changed)
    is_older = newest is not earlier
    asks = merged.changed or not text(form, "seen")  # a page from before this version does not say what it showed
    if is_older and asks and (merged.changed or sheet.differing) and corrections.may_correct(newest):
        return await _page(request, work, replace(sheet, is_late=True))
    if strays or by_phone_sheet.is_empty(answers, form):
        return await _page(request, work, replace(sheet, is_refused=True))
    done = await corrections.correct(work, check_in, definition, newest, answers)
    if isinstance(done, Refused) and done.why == "same" and not is_older:
        return await _page(request, work, replace(sheet, is_same=True))
    return render.go(request, f"/staff/responses/{newest.id if isinstance(done, Refused) else done.id}")


async def _page(request: Ask, work: Work, sheet: Sheet) -> Response[str]:
    context = await by_phone_sheet.context(work, sheet)
    return render.page(request, by_phone_sheet.TEMPLATE, sheet.status, sheet.wrong_fields, **context)


router = Router("/staff/responses/{response_id:str}/correct", route_handlers=[correct_page, correct])
