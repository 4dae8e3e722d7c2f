"""Each list of the patient's page in full, newest first, some rows at a time: answers, calls, visits and so on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from server.appointments import lists
from server.db import Work
from server.desk import audit_words, sources
from server.desk.inbox import paging
from server.desk.inbox import rows as inbox_rows
from server.flags.lists import of_patient
from server.people import calls, staff
from server.people import flow as people
from server.people.models import Patient
from server.people.texting import replies
from server.questionnaires import flow as questionnaires
from server.reminders import status
from server.responses import history
from server.web import render
from server.web.dependencies import STAFF, WRITES, Ask, InWork
from server.web.problems import found

MANY = 50
Place = tuple[datetime, str]  # a row's moment and id


class Past(StrEnum):
    ANSWERS = "answers"
    CALLS = "calls"
    CHANGES = "changes"
    FLAGS = "flags"
    REMINDERS = "reminders"
    TEXTS = "texts"
    VISITS = "visits"


@dataclass(frozen=True)
class Row:
    at: datetime
    id: str
    thing: Any


@get("/", opt=STAFF | WRITES)
async def past_page(
    request: Ask, work: InWork, patient_id: FromPath[str], what: FromPath[Past], after: FromQuery[str] = ""
) -> Response[str]:
    """`after`: the last row of the page before this one."""
    patient = found(await people.find_patient(work.db, work.actor, patient_id))
    await people.opened(work, patient)
    rows, more = page_of(await _rows(work, patient, what), paging.unpack_moment(after))
    things = [row.thing for row in rows]
    return render.page(
        request,
        "desk/past.html",
        patient=patient,
        what=what,
        rows=await _shown(work, what, things),
        more=paging.pack_moment(rows[-1].at, rows[-1].id) if more else "",
        names={member.id: member.name for member in await staff.everybody(work.db, work.actor)},
        zone=work.actor.zone,
    )


def page_of(rows: Sequence[Row], after: Place | None) -> tuple[list[Row], bool]:
    """The next rows, newest first, and whether there are more. Rows added meanwhile do not shift the page."""
    newest_first = sorted(rows, key=lambda row: (row.at, row.id), reverse=True)
    left = [row for row in newest_first if after is None or (row.at, row.id) < after]
    return left[:MANY], len(left) > MANY


async def _rows(work: Work, patient: Patient, what: Past) -> list[Row]:
    db = work.db
    match what:
        case Past.ANSWERS:
            return [Row(each.answered_at, each.id, each) for each in await history.of_patient(db, patient.id)]
        case Past.CALLS:
            return [Row(each.at, each.id, each) for each in await calls.of_patient(db, patient.id, None)]
        case Past.CHANGES:
            lines = await audit_words.all_of_patient(db, work.actor, patient)
            return [Row(line.at, line.id, line) for line in lines]
        case Past.FLAGS:
            return [Row(each.raised_at, each.id, each) for each in await of_patient(db, patient.id)]
        case Past.REMINDERS:
            planned = await status.reminders_of_patient(db, patient.id, work.now + status.AHEAD)
            return [Row(each.moment, each.id, each) for each in planned]
        case Past.TEXTS:
            return [Row(each.sent_at, each.id, each) for each in await replies.of_patient(db, patient.id, None)]
        case Past.VISITS:
            return [Row(each.starts_at, each.id, each) for each in await lists.appointments_of(db, patient.id)]
        case _:
            assert_never(what)


async def _shown(work: Work, what: Past, things: list[Any]) -> list[Any]:
    """The cells of the rows of this page."""
    if what == Past.FLAGS:
        return await inbox_rows.rows_of(work, things)
    if what == Past.REMINDERS:
        return await status.with_attempts(work.db, things)
    if what == Past.ANSWERS:
        source = await sources.of(work.db, work.actor, things)
        read = {r.questionnaire_id: await questionnaires.definition_of(work.db, r.questionnaire_id) for r in things}
        return [(r, read[r.questionnaire_id], source[r.id]) for r in things]
    return things


router = Router("/staff/patients/{patient_id:str}/past/{what:str}", route_handlers=[past_page])
