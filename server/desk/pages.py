"""Staff pages: one response, and the schedule."""

from datetime import date, datetime, time, timedelta
from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from server.appointments import lists
from server.appointments.models import Appointment
from server.clock import to_utc, to_wall
from server.db import Work
from server.desk import sources
from server.desk.inbox import rows as inbox_rows
from server.flags.lists import of_check_in
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Answers, Value, answers_from_json
from server.questionnaires.definition import Definition, bare
from server.questionnaires.level_words import level_words
from server.questionnaires.question import Question
from server.responses import corrections, history, unread
from server.responses.models import Response as Answered
from server.responses.submission import receipt
from server.web import render
from server.web.dependencies import STAFF, WRITES, Ask, InWork
from server.web.problems import found
from server.web.rendering import remarks
from server.web.rendering.remarks import RemarkKind

EARLIEST, LATEST = 2000, 2200  # years that the schedule shows


@get("/responses/{response_id:str}", opt=STAFF | WRITES)
async def response_page(request: Ask, work: InWork, response_id: FromPath[str]) -> Response[str]:
    """One response as it was given. The patient can see that staff opened it."""
    response = found(await unread.find(work.db, work.actor, response_id))
    await receipt.opened(work, response)
    definition = await questionnaires.definition_of(work.db, response.questionnaire_id)
    given = history.answers_of(response)
    versions = await unread.conflicting_versions(work.db, response)
    whose = await sources.of_versions(work.db, work.actor, versions)
    return render.page(
        request,
        "desk/response.html",
        response=response,
        definition=definition,
        patient=await work.db.get_one(Patient, response.patient_id),
        lines=_lines(definition, given),
        versions=[
            (version, whose[version.id], _lines(definition, answers_from_json(version.answers))) for version in versions
        ],
        kept_as_version=remarks.about(request, RemarkKind.KEPT_AS_VERSION) is not None,
        sent_before=remarks.about(request, RemarkKind.SENT_BEFORE) is not None,
        names={member.id: member.name for member in await staff.team(work.db, work.actor)},
        source=(await sources.of(work.db, work.actor, [response]))[response.id],
        clinic=await people.clinic_of(work.db, work.actor),
        may_correct=corrections.may_correct(response),
        replaced_by=await corrections.version_after(work.db, response),
        earlier=await _earlier_versions(work, response, definition),
        opener=await staff.find_staff(work.db, work.actor, response.opened_by or ""),
        rows=await inbox_rows.rows_of(work, await of_check_in(work.db, response.check_in_id)),
        zone=work.actor.zone,
    )


async def _earlier_versions(work: Work, response: Answered, definition: Definition) -> list[Any]:
    """Each version that a correction replaced, newest first, with who entered it and its answers (case 115)."""
    versions = await corrections.versions_before(work.db, response)
    entered = await sources.of(work.db, work.actor, versions)
    return [(each, entered[each.id].entered_by, _lines(definition, history.answers_of(each))) for each in versions]


def _lines(definition: Definition, given: Answers) -> list[tuple[Question, str | None]]:
    """Each question that was asked, with the answer in words; None for a skip."""
    if definition.refused_because:
        return bare(given)
    return [(q, answer_words(q, given[q.link_id])) for q in definition.questions if q.link_id in given]


def answer_words(question: Question, value: Value) -> str | None:
    level = question.level(value)
    return None if level is None else level_words(question, level)


@get("/schedule", opt=STAFF)
async def schedule_page(request: Ask, work: InWork, start: FromQuery[date | None] = None) -> Response[str]:
    """A week of appointments, Monday first, in the clinic's zone."""
    today = to_wall(work.now, work.actor.zone).date()
    shown = start if start and EARLIEST <= start.year <= LATEST else today
    monday = shown - timedelta(days=shown.weekday())
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    begin, end = (
        to_utc(datetime.combine(day, time()), work.actor.zone) for day in (monday, monday + timedelta(days=7))
    )
    appointments = await lists.between(work.db, work.actor, begin, end)
    patients = await inbox_rows.patients_of(
        work.db, work.actor, {appointment.patient_id for appointment in appointments}
    )
    by_day: dict[date, list[tuple[Appointment, Patient]]] = {day: [] for day in days}
    for appointment in appointments:
        by_day[appointment.starts.date()].append((appointment, patients[appointment.patient_id]))
    return render.page(
        request,
        "desk/schedule.html",
        by_day=by_day,
        today=today,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        monday=monday,
    )


router = Router("/staff", route_handlers=[response_page, schedule_page])
