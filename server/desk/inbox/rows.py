"""Rows of the inbox: one page of flags at a time, and only the data that its rows need, in a few queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.db import Work
from server.desk import rules
from server.desk.inbox import paging
from server.desk.reasons import Reason, reason_of
from server.desk.rules import Age
from server.flags import actions
from server.flags.escalation import status as escalation_status
from server.flags.lists import URGENT_FIRST
from server.flags.models import Flag
from server.flags.notes import notes_of
from server.flags.rules import Shown
from server.flags.triggers import lists
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition
from server.responses.history import AnswerHistory, answered, points
from server.responses.models import Response
from server.web import charts
from server.web.charts import Chart

PAGE, MOST = 50, 500  # rows at a time, and on one page after "Show more"
SPARK = 10  # answers in a row's small chart, the newest


@dataclass(frozen=True)
class Row:
    """A flag as staff see it."""

    flag: Flag
    patient: Patient
    reason: Reason
    owner: str
    spark: Chart
    age: Age
    notes: int
    step: str  # its escalation status in words
    message: str  # its trigger's message to staff

    @property
    def shown(self) -> Shown:
        """The marks of the flag as the page shows it. Each form sends them back, so as to overwrite nothing newer."""
        return actions.shown_of(self.flag)


@dataclass(frozen=True)
class Listed:
    """`after`: where the next page begins; None at the end."""

    rows: list[Row]
    after: str | None


async def open_page(work: Work, after: str, many: int) -> Listed:
    """Open flags, urgent first, then by due time; leaves out flags shown on earlier pages."""
    shown = paging.unpack(after)
    query = select(Flag).where(Flag.clinic_id == work.actor.clinic_id, Flag.closed_at.is_(None))
    if shown:
        query = query.where(func.substr(Flag.id, 1, paging.MARK).not_in(shown))
    flags, goes_on = await _cut(work.db, query.order_by(URGENT_FIRST, Flag.due_at, Flag.id), many)
    next_page = paging.pack(shown, [flag.id for flag in flags]) if goes_on else None
    return Listed(await rows_of(work, flags), next_page)


async def done_page(work: Work, after: str, many: int) -> Listed:
    """Closed flags, the most recently closed first."""
    query = select(Flag).where(Flag.clinic_id == work.actor.clinic_id, Flag.closed_at.is_not(None))
    last = paging.unpack_moment(after)
    if last is not None:
        closed_at, flag_id = last
        query = query.where(or_(Flag.closed_at < closed_at, and_(Flag.closed_at == closed_at, Flag.id < flag_id)))
    flags, goes_on = await _cut(work.db, query.order_by(Flag.closed_at.desc(), Flag.id.desc()), many)
    end = flags[-1] if goes_on else None
    next_page = paging.pack_moment(end.closed_at, end.id) if end and end.closed_at else None
    return Listed(await rows_of(work, flags), next_page)


async def _cut(db: AsyncSession, query: Any, many: int) -> tuple[list[Flag], bool]:
    """The first `many` rows, and whether there are more."""
    many = rows_wanted(many)
    flags = list(await db.scalars(query.limit(many + 1)))
    return flags[:many], len(flags) > many


def rows_wanted(many: int) -> int:
    """At least PAGE, at most MOST."""
    return min(max(many, PAGE), MOST)


async def rows_of(work: Work, flags: Sequence[Flag]) -> list[Row]:
    """These flags as staff see them."""
    definitions = await questionnaires.offered(work.db, work.actor)
    names = {member.id: member.name for member in await staff.team(work.db, work.actor)}
    patients = await patients_of(work.db, work.actor, {flag.patient_id for flag in flags})
    history = await _history(work.db, flags)
    clinic = await people.clinic_of(work.db, work.actor)
    notes = await notes_of(work.db, [flag.id for flag in flags])
    steps = await escalation_status.escalation_steps(work.db, flags, clinic.zone, work.now)
    messages = await lists.messages(work.db, {flag.trigger_id for flag in flags})
    return [
        Row(
            flag,
            patients[flag.patient_id],
            reason_of(flag, definitions.get(flag.slug)),
            names.get(flag.owner_id or "", ""),
            _spark(flag, definitions.get(flag.slug), history.get((flag.patient_id, flag.slug), [])),
            rules.age(flag.severity, flag.raised_at, flag.due_at, work.now, clinic.zone, clinic.staffed_hours),
            len(notes.get(flag.id, ())),
            steps.get(flag.id, ""),
            messages.get(flag.trigger_id, ""),
        )
        for flag in flags
    ]


async def patients_of(db: AsyncSession, actor: Actor, ids: Collection[str]) -> dict[str, Patient]:
    """These patients of the clinic, by id: decrypting all its patients' names would take longer than the page."""
    if not ids:
        return {}
    found = await db.scalars(select(Patient).where(Patient.id.in_(ids)))
    return {patient.id: patient for patient in found if patient.clinic_id == actor.clinic_id}


async def _history(db: AsyncSession, flags: Sequence[Flag]) -> dict[tuple[str, str], AnswerHistory]:
    """The newest answers of these flags' patients to the flags' questionnaires, in the order they were given."""
    place = func.row_number().over(
        partition_by=(Response.patient_id, Response.slug), order_by=Response.answered_at.desc()
    )
    ranked = (
        select(Response.id, place.label("place"))
        .where(
            Response.patient_id.in_({flag.patient_id for flag in flags}),
            Response.slug.in_({flag.slug for flag in flags}),
            Response.undone_at.is_(None),
        )
        .subquery()
    )
    newest = select(Response).join(ranked, ranked.c.id == Response.id).where(ranked.c.place <= SPARK)
    found = await db.scalars(newest.order_by(Response.answered_at))
    history: dict[tuple[str, str], AnswerHistory] = {}
    for response in found:
        history.setdefault((response.patient_id, response.slug), []).extend(answered([response]))
    return history


def _spark(flag: Flag, definition: Definition | None, history: AnswerHistory) -> Chart:
    question = definition.by_id.get(flag.item) if definition else None
    return charts.draw(points(question, history), question.worst) if question else charts.draw([], 1)


async def count_open(db: AsyncSession, actor: Actor) -> int:
    query = select(func.count()).where(Flag.clinic_id == actor.clinic_id, Flag.closed_at.is_(None))
    return await db.scalar(query) or 0
