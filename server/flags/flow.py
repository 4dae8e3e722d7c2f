"""Raise flags, add news to open ones, mark them as seen, find them. actions.py holds what staff do with a flag."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.db import Work
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
URGENT_FIRST = case((Flag.severity == Severity.URGENT, 0), else_=1)
MOST_SEVERE_FIRST = case({Severity.URGENT: 0, Severity.TODAY: 1, Severity.THIS_WEEK: 2}, value=Flag.severity)

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


async def raise_urgent(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise urgent flags only: they cannot wait until the patient sends. Returns what fired."""
    found = await _triggered(work, occurrence)
    urgent = [raised for raised in found if raised.severity == Severity.URGENT]
    await _raise_all(work, occurrence, urgent)
    return urgent


async def raise_flags(work: Work, occurrence: Occurrence) -> list[Raised]:
    """Raise what the answers trigger. Returns all that fired, whether or not it made a new flag."""
    found = await _triggered(work, occurrence)
    await _raise_all(work, occurrence, found)
    return found


async def _triggered(work: Work, occurrence: Occurrence) -> list[Raised]:
    found = await triggers_for(work.db, work.actor.clinic_id, occurrence.slug)
    return trigger_rules.fired(found, occurrence.course, await _expected(work.db, occurrence.patient_id, work.now))


async def _expected(db: AsyncSession, patient_id: str, now: datetime) -> dict[str, int]:
    found = select(ExpectedLevel.item, ExpectedLevel.level).where(
        ExpectedLevel.patient_id == patient_id, ExpectedLevel.ended_at.is_(None), ExpectedLevel.ends_at > now
    )
    return {item: level for item, level in (await db.execute(found)).all()}


async def _raise_all(work: Work, occurrence: Occurrence, found: Iterable[Raised]) -> None:
    await lock_patient(work.db, occurrence.patient_id)
    for raised in found:
        flag = await newest(work.db, occurrence.patient_id, raised.item)
        if flag is not None and flag.closed_at is None:
            await _add_news(work, flag, occurrence, raised)
        elif flag is None or not _stays_quiet(flag, raised, work.now):
            await _raise(work, occurrence, raised)


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


async def _add_news(work: Work, flag: Flag, occurrence: Occurrence, raised: Raised) -> None:
    """Add news to the open flag of this patient and item, which makes it worse or newer; there is never a second one.

    An urgent answer in another check-in is another event: its owner took only the first, and loses the flag (case 73).
    """
    worse = rules.worse(raised.severity, flag.severity)
    urgent_again = raised.severity == flag.severity == Severity.URGENT and flag.check_in_id != occurrence.check_in_id
    if raised.now >= level_of(flag) or worse != flag.severity:
        flag.evidence = Evidence.of(raised, occurrence.version).to_json()
    became_urgent = worse == Severity.URGENT and flag.severity != Severity.URGENT
    if urgent_again:
        flag.owner_id = None
    if worse != flag.severity or urgent_again:
        flag.severity = worse
        flag.due_at = min(flag.due_at, await _due(work, worse))
        flag.contacts_notified, flag.notified_at = 0, None
        flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)
    flag.response_id = occurrence.response_id or flag.response_id
    flag.check_in_id, flag.updated_at = occurrence.check_in_id, work.now
    audit.record(work, "flag.updated", flag, severity=raised.severity)
    if became_urgent or urgent_again:
        await _alert_staff(work, flag, occurrence.path)


async def _raise(work: Work, occurrence: Occurrence, raised: Raised) -> None:
    flag = Flag(
        clinic_id=work.actor.clinic_id,
        patient_id=occurrence.patient_id,
        check_in_id=occurrence.check_in_id,
        response_id=occurrence.response_id,
        trigger_id=raised.trigger.id,
        slug=occurrence.slug,
        version=occurrence.version,
        item=raised.item,
        severity=raised.severity,
        evidence=Evidence.of(raised, occurrence.version).to_json(),
        raised_at=work.now,
        updated_at=work.now,
        due_at=await _due(work, raised.severity),
    )
    flag.escalate_at = await escalation.begins_at(work.db, flag, work.now)
    work.db.add(flag)
    await work.db.flush()
    audit.record(work, "flag.raised", flag, severity=raised.severity)
    if raised.severity == Severity.URGENT:
        await _alert_staff(work, flag, occurrence.path)


async def _due(work: Work, severity: Severity) -> datetime:
    clinic = await work.db.get_one(Clinic, work.actor.clinic_id)
    return deadlines.due(severity, work.now, clinic.zone, clinic.staffed_hours)


async def _alert_staff(work: Work, flag: Flag, path: str) -> None:
    """Send a push to every staff member of the clinic. Those without a device that accepts it still have the inbox."""
    staff = await work.db.scalars(
        select(Staff).where(Staff.clinic_id == work.actor.clinic_id, Staff.ended_at.is_(None))
    )
    for member in staff:
        notice = Notice(ReminderKind.ALERT, flag.patient_id, flag.id, path, work.now + ALERT_LIFE, staff_id=member.id)
        await reminders.remind_now(work, notice)


async def note_urgency(work: Work, check_in_id: str, urgency: Urgency) -> None:
    """Record the patient's own urgency on each open flag of this check-in."""
    for flag in await work.db.scalars(select(Flag).where(Flag.check_in_id == check_in_id, Flag.closed_at.is_(None))):
        flag.urgency, flag.updated_at = urgency, work.now  # so that a page opened before counts as out of date
        audit.record(work, "flag.urgency", flag, urgency=urgency)


async def withdraw_unanswered(work: Work, check_in_id: str) -> int:
    """Delete flags for missing answers to a check-in that is still open, unless staff acted on them; how many."""
    noted = exists().where(FlagNote.flag_id == Flag.id)
    found = await work.db.scalars(
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
        await reminders.cancel(work, flag.id, "the clock was ahead")
        audit.record(work, "flag.withdrawn", flag)
        await work.db.delete(flag)
    await work.db.flush()
    return len(silent)


async def find(db: AsyncSession, actor: Actor, flag_id: str) -> Flag | None:
    return await db.scalar(select(Flag).where(Flag.id == flag_id, Flag.clinic_id == actor.clinic_id))


async def see(work: Work, patient_id: str) -> None:
    """A staff member opened the patient's page: mark the open flags as seen by them, if nobody has seen them yet."""
    for flag in await of_patient(work.db, patient_id):
        if flag.closed_at is None and flag.seen_at is None:
            flag.seen_at, flag.seen_by = work.now, work.actor.id
            audit.record(work, "flag.seen", flag)


async def open_flags(db: AsyncSession, actor: Actor) -> list[Flag]:
    """Open flags, urgent first, then by due time."""
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.closed_at.is_(None))
            .order_by(URGENT_FIRST, Flag.due_at)
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
    """All flags of the patient, the most severe first, then the newest."""
    found = select(Flag).where(Flag.patient_id == patient_id)
    return list(await db.scalars(found.order_by(MOST_SEVERE_FIRST, Flag.raised_at.desc())))


async def of_check_in(db: AsyncSession, check_in_id: str) -> list[Flag]:
    return list(await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id)))
