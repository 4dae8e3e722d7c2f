"""One flag opened: what was answered when, who has it, what can be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins import flow as checkins
from server.checkins.forms import Form
from server.desk import inbox
from server.desk.inbox import Row
from server.desk.reasons import level_words
from server.people import staff_flow
from server.people.models import Staff
from server.review import flow as review
from server.review import rules as review_rules
from server.review.models import Flag


@dataclass(frozen=True)
class Note:
    text: str
    staff_id: str
    at: datetime


@dataclass(frozen=True)
class Detail:
    """`levels`: what may be expected of the item, as level and words, the worst last; empty where it has no order."""

    team: list[Staff]
    names: dict[str, str]
    outcomes: tuple[str, ...]
    levels: list[tuple[int, str]]
    offers_expected: bool = False
    notes: tuple[Note, ...] = ()


async def of(db: AsyncSession, actor: Actor, flag: Flag, now: datetime) -> Detail:
    return (await of_all(db, actor, [flag], now))[flag.id]


async def of_all(db: AsyncSession, actor: Actor, flags: Sequence[Flag], now: datetime) -> dict[str, Detail]:
    """By the id of the flag."""
    team = await staff_flow.team(db, actor)
    names = {member.id: member.name for member in team}
    forms = await checkins.offered(db, actor)
    return {flag.id: Detail(team, names, review_rules.OUTCOMES, _levels(flag, forms.get(flag.slug))) for flag in flags}


def _levels(flag: Flag, form: Form | None) -> list[tuple[int, str]]:
    question = form.by_id.get(flag.item) if form else None
    return [(level, level_words(question, level)) for level in range(1, question.worst + 1)] if question else []


@dataclass(frozen=True)
class Expected:
    """A level that staff said is expected of an item, and until when."""

    slug: str
    link_id: str
    item: str
    words: str
    until: datetime
    staff_id: str
    note: str


async def expected(db: AsyncSession, actor: Actor, patient_id: str) -> list[Expected]:
    return []


async def just_done(db: AsyncSession, actor: Actor, flag_id: str, now: datetime) -> Row | None:
    """The flag that was acted on a moment ago, while that can be taken back from where one stands."""
    flag = await review.find(db, actor, flag_id) if flag_id else None
    if flag is None or flag.done_at is None:
        return None
    return (await inbox.rows_of(db, actor, [flag], now))[0]
