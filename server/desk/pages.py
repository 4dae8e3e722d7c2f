"""The staff's inbox, patient page, one response, schedule."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import charts, render
from server.actor import Actor
from server.appointments import lists
from server.appointments.models import Appointment
from server.charts import Chart
from server.checkins import flow as checkins
from server.checkins import past, responses, staff_view
from server.checkins.forms import Answers, Form, Question, Value
from server.checkins.models import Response as Answered
from server.clock import to_utc, to_wall
from server.desk.reasons import Reason, level_words, reason_of
from server.people import devices, staff_flow
from server.people import flow as people
from server.people import rules as people_rules
from server.people.guards import STAFF, WRITES, Ask, Db, Now, Who
from server.people.models import Patient
from server.problems import found
from server.reminders import beats, breakers, health, told
from server.review import flow as review
from server.review import rules as review_rules
from server.review.models import Flag

NEWEST = 30
EARLIEST, LATEST = 2000, 2200  # years that the schedule shows


@dataclass(frozen=True)
class Row:
    """A flag as staff read it."""

    flag: Flag
    patient: Patient
    reason: Reason
    owner: str
    spark: Chart


async def _rows(db: AsyncSession, actor: Actor, flags: list[Flag]) -> list[Row]:
    forms = await checkins.offered(db, actor)
    names = {member.id: member.name for member in await staff_flow.team(db, actor)}
    patients = {patient.id: patient for patient in await people.roster(db, actor)}
    return [
        Row(
            flag,
            patients[flag.patient_id],
            reason_of(flag, forms.get(flag.slug)),
            names.get(flag.owner_id or "", ""),
            await _spark(db, flag, forms.get(flag.slug)),
        )
        for flag in flags
    ]


async def _spark(db: AsyncSession, flag: Flag, form: Form | None) -> Chart:
    question = form.by_id.get(flag.item) if form else None
    if question is None:
        return charts.draw([], 1)
    return charts.draw(_points(question, await past.of_patient(db, flag.patient_id, flag.slug)), question.worst)


def _points(question: Question, history: list[Answered]) -> list[tuple[datetime, int]]:
    levels = [(r.answered_at, question.level(past.answers_of(r).get(question.link_id))) for r in history]
    return [(at, level) for at, level in levels if level is not None]


@get("/staff", opt=STAFF)
async def inbox(request: Ask, db: Db, actor: Who, now: Now, show: FromQuery[str] = "action") -> Response[str]:
    """Who needs somebody, why, since when, and who has it."""
    patients = {patient.id: patient for patient in await people.roster(db, actor)}
    fresh = await staff_view.unopened(db, actor, NEWEST)
    cant_come = await lists.to_handle(db, actor, now)
    unreached = await told.not_reached(db, actor, now)
    unconfirmed = await lists.unconfirmed(db, actor, now)
    coming = await lists.who_comes(db, actor, now)
    unreachable = await health.not_reachable(db, actor, [p for p in patients.values() if p.id in coming], now)
    open_flags = await review.open_flags(db, actor)
    flags = await review.closed_flags(db, actor) if show == "done" else open_flags
    return render.page(
        request,
        "desk/inbox.html",
        show=show if show in ("action", "new", "unreached", "done") else "action",
        rows=await _rows(db, actor, flags),
        cant_come=[(visit, patients[visit.patient_id]) for visit in cant_come],
        unreached=[(reminder, patients[reminder.patient_id]) for reminder in unreached],
        unconfirmed=[(visit, patients[visit.patient_id]) for visit in unconfirmed],
        unreachable=unreachable,
        fresh=[(response, form, patients[response.patient_id]) for response, form in fresh],
        silence=await beats.trouble(db, now),
        breakers=await breakers.open_now(db),
        counts={
            "action": len(open_flags) + len(cant_come),
            "new": len(fresh),
            "unreached": len({r.subject_id for r in unreached} | {visit.id for visit in unconfirmed})
            + len(unreachable),
        },
        patients=patients,
        zone=actor.zone,
        now=now,
    )


@dataclass(frozen=True)
class Trend:
    question: Question
    chart: Chart
    said: list[tuple[datetime, str]]


@get("/staff/patients/{patient_id:str}", opt=STAFF | WRITES)
async def patient_page(request: Ask, db: Db, actor: Who, now: Now, patient_id: FromPath[str]) -> Response[str]:
    """All that staff need of one person; opening it counts as having seen the open flags."""
    patient = found(await people.find_patient(db, actor, patient_id))
    await people.opened(db, actor, patient, now)
    await review.see(db, actor, patient.id, now)
    history = await past.of_patient(db, patient.id)
    forms = {r.questionnaire_id: await checkins.form_of(db, r.questionnaire_id) for r in history}
    visits = await lists.visits_of(db, patient.id)
    names = {member.id: member.name for member in await staff_flow.team(db, actor)}
    return render.page(
        request,
        "desk/patient.html",
        patient=patient,
        rows=await _rows(db, actor, await review.of_patient(db, patient.id)),
        history=[(r, forms[r.questionnaire_id]) for r in reversed(history)][:20],
        sections=_sections(list(forms.values()), history, visits),
        visits=[visit for visit in visits if visit.starts_at > now - timedelta(days=30)],
        plans=await checkins.plans_of(db, patient.id),
        offered=await checkins.offered(db, actor),
        caregivers=await people.caregivers_of(db, patient.id),
        devices=await health.of_devices(db, await devices.devices_of(db, patient.id), now),
        reminders=await told.of_patient(db, patient.id, until=now + timedelta(days=8)),
        names=names,
        outcomes=review_rules.OUTCOMES,
        pauses=people_rules.PAUSES,
        zone=actor.zone,
        now=now,
    )


def _sections(forms: list[Form], history: list[Answered], visits: list[Appointment]) -> list[tuple[Form, list[Trend]]]:
    """Per questionnaire a chart and the same as a table for each question, infusions marked."""
    infusions = [visit.starts_at for visit in visits if visit.status == "fulfilled"]
    newest = {form.slug: form for form in sorted(forms, key=lambda form: form.version)}
    sections = []
    for slug, form in newest.items():
        answered = [r for r in history if r.slug == slug]
        sections.append((form, [_trend(question, answered, infusions) for question in form.questions]))
    return [(form, [trend for trend in trends if trend.said]) for form, trends in sections]


def _trend(question: Question, history: list[Answered], infusions: list[datetime]) -> Trend:
    points = _points(question, history)
    said = [(at, level_words(question, level)) for at, level in reversed(points)]
    return Trend(question, charts.draw(points, question.worst, infusions), said)


@get("/staff/responses/{response_id:str}", opt=STAFF | WRITES)
async def response_page(request: Ask, db: Db, actor: Who, now: Now, response_id: FromPath[str]) -> Response[str]:
    """One response as it was given; opening it is told to the patient."""
    response = found(await staff_view.find(db, actor, response_id))
    await responses.opened(db, actor, response, now)
    form = await checkins.form_of(db, response.questionnaire_id)
    given = past.answers_of(response)
    return render.page(
        request,
        "desk/response.html",
        response=response,
        form=form,
        patient=await db.get_one(Patient, response.patient_id),
        lines=_lines(form, given),
        asides=[(aside, _lines(form, json.loads(aside.answers))) for aside in await staff_view.set_aside(db, response)],
        opener=await staff_flow.find_staff(db, actor, response.opened_by or ""),
        rows=await _rows(db, actor, await review.of_check_in(db, response.check_in_id)),
        zone=actor.zone,
    )


def _lines(form: Form, given: Answers) -> list[tuple[Question, str | None]]:
    """Each question that was asked, and the answer in words; None for a skip."""
    return [(q, answer_words(q, given[q.link_id])) for q in form.questions if q.link_id in given]


def answer_words(question: Question, value: Value) -> str | None:
    level = question.level(value)
    return None if level is None else level_words(question, level)


@get("/staff/schedule", opt=STAFF)
async def schedule_page(
    request: Ask, db: Db, actor: Who, now: Now, start: FromQuery[date | None] = None
) -> Response[str]:
    """A week of visits, Monday first, in the clinic's zone."""
    today = to_wall(now, actor.zone).date()
    shown = start if start and EARLIEST <= start.year <= LATEST else today
    monday = shown - timedelta(days=shown.weekday())
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    begin, end = (to_utc(datetime.combine(day, time()), actor.zone) for day in (monday, monday + timedelta(days=7)))
    visits = await lists.between(db, actor, begin, end)
    patients = {patient.id: patient for patient in await people.roster(db, actor)}
    by_day: dict[date, list[tuple[Appointment, Patient]]] = {day: [] for day in days}
    for visit in visits:
        by_day[visit.starts.date()].append((visit, patients[visit.patient_id]))
    return render.page(
        request,
        "desk/schedule.html",
        by_day=by_day,
        today=today,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        monday=monday,
    )


ROUTES: list[Any] = [inbox, patient_page, response_page, schedule_page]
