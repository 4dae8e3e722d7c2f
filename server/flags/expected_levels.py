"""Expected levels of a patient: for a while, an answer that is no worse raises no flag for this week or today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.db import Work
from server.flags import actions, rules
from server.flags import flow as flags
from server.flags.actions import Outcome
from server.flags.models import ExpectedLevel, Flag
from server.flags.rules import UNKNOWN, FlagOutcome, Severity, Shown
from server.people.rules import Refused
from server.web import edits


@dataclass(frozen=True)
class Wanted:
    """A level to expect, for how many days, and why."""

    level: int
    days: int
    note: str = ""


@dataclass(frozen=True)
class Item:
    """The item that a level is expected of, and the questionnaire that gives the level its words."""

    slug: str
    link_id: str


async def expect(work: Work, patient_id: str, item: Item, wanted: Wanted) -> ExpectedLevel | Refused:
    """Set an expected level in place of the current one. Refused: "days" outside EXPECTED_DAYS."""
    if not rules.EXPECTED_DAYS[0] <= wanted.days <= rules.EXPECTED_DAYS[1]:
        return Refused("days")
    await flags.lock_patient(work.db, patient_id)
    current = await _last(work.db, patient_id, item.link_id)
    if current is not None:
        _end(current, work.actor, work.now)
        await work.db.flush()
    row = ExpectedLevel(
        clinic_id=work.actor.clinic_id,
        patient_id=patient_id,
        slug=item.slug,
        item=item.link_id,
        level=wanted.level,
        note=wanted.note or None,
        set_by=work.actor.id,
        set_at=work.now,
        ends_at=work.now + timedelta(days=wanted.days),
    )
    work.db.add(row)
    await work.db.flush()
    audit.record(work, "expected-level.set", row, level=wanted.level, days=wanted.days)
    return row


async def expect_level_of(work: Work, flag: Flag, wanted: Wanted, shown: Shown = UNKNOWN) -> Refused | None:
    """Expect the flag's level, or a worse one, for a while; this closes the flag.

    Refused: "severity" for an urgent flag or missing answers, "level" for a better one than the flag's, "days", or as
    `actions.close`.
    """
    await flags.lock_patient(work.db, flag.patient_id)
    await actions.lock(work.db, flag)
    if flag.severity == Severity.URGENT or flag.item.endswith(rules.MISSING):
        return Refused("severity")
    if refused := actions.changed_since(flag, shown):
        return refused
    if wanted.level < flags.level_of(flag):
        return Refused("level")
    kept = await expect(work, flag.patient_id, Item(flag.slug, flag.item), wanted)
    if isinstance(kept, Refused):
        return kept
    return await actions.end(work, flag, Outcome(FlagOutcome.EXPECTED, wanted.note))


async def is_set(db: AsyncSession, flag: Flag, wanted: Wanted) -> bool:
    """Whether closing this flag set exactly this level for exactly this long, and the level is still in force."""
    current = await _last(db, flag.patient_id, flag.item)
    if current is None or current.set_at != flag.closed_at:
        return False
    ends_at = current.set_at + timedelta(days=wanted.days)
    return (current.level, current.ends_at, current.note or "") == (wanted.level, ends_at, wanted.note)


async def undo(work: Work, flag: Flag, shown: Shown = UNKNOWN) -> Refused | None:
    """Undo a close and its effects: the level that it set ends, and a level that this one replaced returns (case 93).

    Refused as `actions.reopen`.
    """
    await flags.lock_patient(work.db, flag.patient_id)
    await actions.lock(work.db, flag)
    closed_at, was_expected = flag.closed_at, flag.outcome == FlagOutcome.EXPECTED
    refused = await actions.reopen(work, flag, shown)
    if refused is None and was_expected and closed_at is not None:
        await _take_back(work, flag, closed_at)
    return refused


async def _take_back(work: Work, flag: Flag, closed_at: datetime) -> None:
    """End the level that the close set. A level set, replaced or ended since then is a later decision, and stays."""
    current = await _last(work.db, flag.patient_id, flag.item)
    if current is None or current.set_at != closed_at:
        return
    current.ended_at, current.ended_by = work.now, work.actor.id
    audit.record(work, "expected-level.ended", current)
    await work.db.flush()
    replaced = await _replaced_at(work.db, current)
    if replaced is not None and replaced.ends_at > work.now:
        replaced.ended_at = replaced.ended_by = None
        audit.record(work, "expected-level.set", replaced, level=replaced.level, again=True)


async def _replaced_at(db: AsyncSession, by: ExpectedLevel) -> ExpectedLevel | None:
    """The level of the same item that `by` replaced; None if there was none, or it had expired."""
    return await db.scalar(
        select(ExpectedLevel).where(
            ExpectedLevel.patient_id == by.patient_id,
            ExpectedLevel.item == by.item,
            ExpectedLevel.ended_at == by.set_at,
            ExpectedLevel.ended_by.is_not(None),
        )
    )


async def stop(work: Work, patient_id: str, item: str, shown: str = "") -> bool | Refused:
    """End the expected level early. False if none is in force; "stale" if the page showed a different one."""
    await flags.lock_patient(work.db, patient_id)
    current = await _last(work.db, patient_id, item)
    if current is None or current.ends_at <= work.now:
        return False
    if edits.is_older(shown, current.id):
        return Refused("stale")
    _end(current, work.actor, work.now)
    audit.record(work, "expected-level.ended", current)
    return True


def _end(current: ExpectedLevel, actor: Actor, now: datetime) -> None:
    current.ended_at = min(current.ends_at, now)
    current.ended_by = actor.id if current.ends_at > now else None


async def _last(db: AsyncSession, patient_id: str, item: str) -> ExpectedLevel | None:
    """The current row, expired or not; None once staff ended it."""
    return await db.scalar(
        select(ExpectedLevel).where(
            ExpectedLevel.patient_id == patient_id,
            ExpectedLevel.item == item,
            ExpectedLevel.ended_at.is_(None),
        )
    )


async def expected_of(db: AsyncSession, patient_id: str, now: datetime) -> list[ExpectedLevel]:
    """Levels expected of this patient now, the soonest to expire first."""
    return list(
        await db.scalars(
            select(ExpectedLevel)
            .where(
                ExpectedLevel.patient_id == patient_id,
                ExpectedLevel.ended_at.is_(None),
                ExpectedLevel.ends_at > now,
            )
            .order_by(ExpectedLevel.ends_at)
        )
    )


async def offers_expected(db: AsyncSession, flag: Flag) -> bool:
    """Whether to offer an expected level: after three flags for today in a row on this item, this one included."""
    found = await db.scalars(
        select(Flag.severity)
        .where(Flag.patient_id == flag.patient_id, Flag.item == flag.item, Flag.raised_at <= flag.raised_at)
        .order_by(Flag.raised_at.desc())
        .limit(rules.OFFERED_AFTER)
    )
    return rules.offers_expected(list(found))
