"""Which of the clinic's triggers fire on a patient's answers, given the levels that a clinician expects."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Work
from server.flags.models import ExpectedLevel, TriggerVersion
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.rules import Course, Earlier, Raised, Trigger
from server.questionnaires.respondents import Source


@dataclass(frozen=True)
class Occurrence:
    """Answers to version `version` of a questionnaire, with the person's previous and first answers.

    `source`: whose answers they are; None if nobody answered. `conflict_id`: the conflicting version that holds them,
    if any.
    """

    patient_id: str
    check_in_id: str
    response_id: str | None
    slug: str
    version: int
    levels: Mapping[str, int]
    previous: Mapping[str, int]
    first: Mapping[str, int]
    path: str
    earlier: Sequence[Earlier] = ()
    unanswered: Collection[str] = ()
    source: Source | None = None
    conflict_id: str | None = None

    @property
    def course(self) -> Course:
        return Course(self.levels, self.previous, self.first, self.earlier, self.unanswered)


async def triggered(work: Work, occurrence: Occurrence) -> list[Raised]:
    found = await triggers_for(work.db, work.actor.clinic_id, occurrence.slug)
    expected = await expected_levels(work.db, occurrence.patient_id, work.now)
    return trigger_rules.fired(found, occurrence.course, expected)


async def triggers_for(db: AsyncSession, clinic_id: str, slug: str) -> list[Trigger]:
    rows = await db.scalars(
        select(TriggerVersion)
        .where(TriggerVersion.clinic_id == clinic_id, TriggerVersion.slug == slug, TriggerVersion.ended_at.is_(None))
        .order_by(TriggerVersion.began_at, TriggerVersion.id)
    )
    return [Trigger(r.id, r.item, r.condition, r.amount, r.severity, r.screen, r.times) for r in rows]


async def expected_levels(db: AsyncSession, patient_id: str, now: datetime) -> dict[str, int]:
    """Item → the level up to which a clinician expects this patient's answers now."""
    found = select(ExpectedLevel.item, ExpectedLevel.level).where(
        ExpectedLevel.patient_id == patient_id, ExpectedLevel.ended_at.is_(None), ExpectedLevel.ends_at > now
    )
    return {item: level for item, level in (await db.execute(found)).all()}
