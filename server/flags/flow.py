"""Raise flags, add news to open ones, mark them as seen, find them. actions.py holds what staff do with a flag."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.flags import deadlines, escalation, rules
from server.flags.evidence import Evidence
from server.flags.models import ExpectedLevel, Flag, FlagNote, TriggerVersion
from server.flags.rules import Condition, FlagOutcome, Severity, Urgency
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.rules import Course, Earlier, Raised, Trigger
from server.people.models import Clinic, Patient, Staff
from server.reminders import flow as reminders
from server.reminders.flow import Notice
from server.reminders.rules import ReminderKind

ALERT_LIFE = timedelta(hours=12)
RED_FIRST = case((Flag.severity == Severity.URGENT, 0), else_=1)

__all__ = ["Earlier", "Raised"]


@dataclass(frozen=True)
class Occurrence:
    """Answers to version `version` of a questionnaire, with the person's previous and first answers."""

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

    @property
    def course(self) -> Course:
        return Course(self.levels, self.previous, self.first, self.earlier, self.unanswered)


async def triggers_for(db: AsyncSession, clinic_id: str, slug: str) -> list[Trigger]:
    rows = await db.scalars(
        select(TriggerVersion)
        .where(TriggerVersion.clinic_id == clinic_id, TriggerVersion.slug == slug, TriggerVersion.ended_at.is_(None))
        .order_by(TriggerVersion.began_at, TriggerVersion.id)
    )
    return [Trigger(r.id, r.item, r.condition, r.amount, r.severity, r.screen, r.times) for r in rows]


async def raise_red(db: AsyncSession, actor: Actor, occurrence: Occurrence, now: datetime) -> list[Raised]:
    """Raise red flags only: they cannot wait until the patient sends. Returns what fired."""
    found = await _triggered(db, actor, occurrence, now)
    red = [raised for raised in found if raised.severity == Severity.URGENT]
    await _raise_all(db, actor, occurrence, red, now)
    return red


async def raise_flags(db: AsyncSession, actor: Actor, occurrence: Occurrence, now: datetime) -> list[Raised]:
    """Raise what the answers trigger. Returns all that fired, whether or not it made a new flag."""
    found = await _triggered(db, actor, occurrence, now)
    await _raise_all(db, actor, occurrence, found, now)
    return found


async def _triggered(db: AsyncSession, actor: Actor, occurrence: Occurrence, now: datetime) -> list[Raised]:
    found = await triggers_for(db, actor.clinic_id, occurrence.slug)
    return trigger_rules.fired(found, occurrence.course, await _expected(db, occurrence.patient_id, now))


async def _expected(db: AsyncSession, patient_id: str, now: datetime) -> dict[str, int]:
    found = select(ExpectedLevel.item, ExpectedLevel.level).where(
        ExpectedLevel.patient_id == patient_id, ExpectedLevel.ended_at.is_(None), ExpectedLevel.ends_at > now
    )
    return {item: level for item, level in (await db.execute(found)).all()}


async def _raise_all(
    db: AsyncSession, actor: Actor, occurrence: Occurrence, found: Iterable[Raised], now: datetime
) -> None:
    await lock_patient(db, occurrence.patient_id)
    for raised in found:
        flag = await newest(db, occurrence.patient_id, raised.item)
        if flag is not None and flag.closed_at is None:
            await _add_news(db, actor, flag, occurrence, raised, now)
        elif flag is None or not _stays_quiet(flag, raised, now):
            await _raise(db, actor, occurrence, raised, now)


async def lock_patient(db: AsyncSession, patient_id: str) -> None:
    """Lock the patient row: concurrent submissions must not both create the only open flag."""
    await db.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


async def newest(db: AsyncSession, patient_id: str, item: str) -> Flag | None:
    return await db.scalar(
        select(Flag).where(Flag.patient_id == patient_id, Flag.item == item).order_by(Flag.raised_at.desc()).limit(1)
    )


def _stays_quiet(flag: Flag, raised: Raised, now: datetime) -> bool:
    """Whether a closed flag makes a new one unnecessary. Not after an expected level: this is worse or that expired."""
    if flag.outcome == FlagOutcome.EXPECTED:
        return False
    return rules.stays_quiet(raised.now, raised.severity, level_of(flag), flag.severity, now - flag.raised_at)


def level_of(flag: Flag) -> int:
    """The worst level in the flag's evidence."""
    return Evidence.from_json(flag.evidence).now


async def _add_news(
    db: AsyncSession, actor: Actor, flag: Flag, occurrence: Occurrence, raised: Raised, now: datetime
) -> None:
    """Add news to the open flag of this patient and item, which makes it worse or newer; there is never a second one.

    Red in another check-in is another event: it takes the flag from its owner, who took only the first (case 73).
    """
    worse = rules.worse(raised.severity, flag.severity)
    red_again = raised.severity == flag.severity == Severity.URGENT and flag.check_in_id != occurrence.check_in_id
    if raised.now >= level_of(flag) or worse != flag.severity:
        flag.evidence = Evidence.of(raised, occurrence.version).to_json()
    turned_red = worse == Severity.URGENT and flag.severity != Severity.URGENT
    if red_again:
        flag.owner_id = None
    if worse != flag.severity or red_again:
        flag.severity = worse
        flag.due_at = min(flag.due_at, await _due(db, actor, worse, now))
        flag.contacts_notified, flag.notified_at = 0, None
        flag.escalate_at = await escalation.begins_at(db, flag, now)
    flag.response_id = occurrence.response_id or flag.response_id
    flag.check_in_id, flag.updated_at = occurrence.check_in_id, now
    audit.record(db, actor, "flag.updated", flag, now, severity=raised.severity)
    if turned_red or red_again:
        await _alert_staff(db, actor, flag, occurrence.path, now)


async def _raise(db: AsyncSession, actor: Actor, occurrence: Occurrence, raised: Raised, now: datetime) -> None:
    flag = Flag(
        clinic_id=actor.clinic_id,
        patient_id=occurrence.patient_id,
        check_in_id=occurrence.check_in_id,
        response_id=occurrence.response_id,
        trigger_id=raised.trigger.id,
        slug=occurrence.slug,
        version=occurrence.version,
        item=raised.item,
        severity=raised.severity,
        evidence=Evidence.of(raised, occurrence.version).to_json(),
        raised_at=now,
        updated_at=now,
        due_at=await _due(db, actor, raised.severity, now),
    )
    flag.escalate_at = await escalation.begins_at(db, flag, now)
    db.add(flag)
    await db.flush()
    audit.record(db, actor, "flag.raised", flag, now, severity=raised.severity)
    if raised.severity == Severity.URGENT:
        await _alert_staff(db, actor, flag, occurrence.path, now)


async def _due(db: AsyncSession, actor: Actor, severity: Severity, now: datetime) -> datetime:
    clinic = await db.get_one(Clinic, actor.clinic_id)
    return deadlines.due(severity, now, clinic.zone, clinic.staffed_hours)


async def _alert_staff(db: AsyncSession, actor: Actor, flag: Flag, path: str, now: datetime) -> None:
    """Send a push to every staff member of the clinic. Those without a device that accepts it still have the inbox."""
    staff = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id, Staff.ended_at.is_(None)))
    for member in staff:
        notice = Notice(ReminderKind.ALERT, flag.patient_id, flag.id, path, now + ALERT_LIFE, staff_id=member.id)
        await reminders.remind_now(db, actor, notice, now)


async def note_urgency(db: AsyncSession, actor: Actor, check_in_id: str, urgency: Urgency, now: datetime) -> None:
    """Record the patient's own urgency on each open flag of this check-in."""
    for flag in await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id, Flag.closed_at.is_(None))):
        flag.urgency, flag.updated_at = urgency, now  # so that a page opened before counts as out of date
        audit.record(db, actor, "flag.urgency", flag, now, urgency=urgency)


async def withdraw_unanswered(db: AsyncSession, actor: Actor, check_in_id: str, now: datetime) -> int:
    """Delete flags for missing answers to a check-in that is still open, unless staff acted on them; how many."""
    noted = exists().where(FlagNote.flag_id == Flag.id)
    found = await db.scalars(
        select(Flag).where(
            Flag.check_in_id == check_in_id,
            Flag.response_id.is_(None),
            Flag.closed_at.is_(None),
            Flag.owner_id.is_(None),
            Flag.updated_at == Flag.raised_at,
            ~noted,
        )
    )
    silent = [flag for flag in found if Evidence.from_json(flag.evidence).condition == Condition.MISSING]
    for flag in silent:
        await reminders.cancel(db, actor, flag.id, "the clock was ahead", now)
        audit.record(db, actor, "flag.withdrawn", flag, now)
        await db.delete(flag)
    await db.flush()
    return len(silent)


async def find(db: AsyncSession, actor: Actor, flag_id: str) -> Flag | None:
    return await db.scalar(select(Flag).where(Flag.id == flag_id, Flag.clinic_id == actor.clinic_id))


async def see(db: AsyncSession, actor: Actor, patient_id: str, now: datetime) -> None:
    """A staff member opened the patient's page: mark the open flags as seen by them, if nobody has seen them yet."""
    for flag in await of_patient(db, patient_id):
        if flag.closed_at is None and flag.seen_at is None:
            flag.seen_at, flag.seen_by = now, actor.id
            audit.record(db, actor, "flag.seen", flag, now)


async def open_flags(db: AsyncSession, actor: Actor) -> list[Flag]:
    """Open flags, red first, then by due time."""
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.closed_at.is_(None))
            .order_by(RED_FIRST, Flag.due_at)
        )
    )


async def closed_flags(db: AsyncSession, actor: Actor, limit: int = 50) -> list[Flag]:
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.closed_at.is_not(None))
            .order_by(Flag.closed_at.desc())
            .limit(limit)
        )
    )


async def of_patient(db: AsyncSession, patient_id: str) -> list[Flag]:
    """All flags of the patient, red first, then the newest."""
    found = select(Flag).where(Flag.patient_id == patient_id)
    return list(await db.scalars(found.order_by(RED_FIRST, Flag.raised_at.desc())))


async def of_check_in(db: AsyncSession, check_in_id: str) -> list[Flag]:
    return list(await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id)))
