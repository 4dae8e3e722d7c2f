"""The verbs about flags: raise, add news, see, own, close with an outcome."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.people.models import Clinic, Patient, Staff
from server.reminders import flow as reminders
from server.reminders.flow import Notice
from server.review import rules
from server.review.models import Flag, TriggerRow
from server.review.rules import Raised, Trigger

DEFAULTS = Path(__file__).parent / "triggers.json"
ALERT_LIFE = timedelta(hours=12)
RED_FIRST = case((Flag.severity == "red", 0), else_=1)

__all__ = ["Raised"]


@dataclass(frozen=True)
class Occurrence:
    """What was answered in version `version` of a questionnaire, beside what the person answered before and first."""

    patient_id: str
    check_in_id: str
    response_id: str | None
    slug: str
    version: int
    levels: Mapping[str, int]
    previous: Mapping[str, int]
    first: Mapping[str, int]
    path: str


async def publish_triggers(db: AsyncSession, actor: Actor, now: datetime) -> None:
    """Give a new clinic the rules that come with Interlude."""
    for slug, defaults in json.loads(DEFAULTS.read_text()).items():
        for default in defaults:
            row = TriggerRow(clinic_id=actor.clinic_id, slug=slug, began_at=now, **default)
            db.add(row)
            audit.record(db, actor, "trigger.began", row, now)
    await db.flush()


async def triggers_for(db: AsyncSession, clinic_id: str, slug: str) -> list[Trigger]:
    rows = await db.scalars(
        select(TriggerRow)
        .where(TriggerRow.clinic_id == clinic_id, TriggerRow.slug == slug, TriggerRow.ended_at.is_(None))
        .order_by(TriggerRow.began_at, TriggerRow.id)
    )
    return [Trigger(r.id, r.item, r.condition, r.amount, r.severity, r.screen) for r in rows]


async def raise_red(db: AsyncSession, actor: Actor, occurrence: Occurrence, now: datetime) -> list[Raised]:
    """Raise what cannot wait for Send: red flags alone."""
    found = await _triggered(db, actor, occurrence)
    red = [raised for raised in found if raised.severity == "red"]
    await _raise_all(db, actor, occurrence, red, now)
    return red


async def raise_flags(db: AsyncSession, actor: Actor, occurrence: Occurrence, now: datetime) -> list[Raised]:
    """Raise what the answers call for; everything that fired is returned, new flag or not."""
    found = await _triggered(db, actor, occurrence)
    await _raise_all(db, actor, occurrence, found, now)
    return found


async def _triggered(db: AsyncSession, actor: Actor, occurrence: Occurrence) -> list[Raised]:
    found = await triggers_for(db, actor.clinic_id, occurrence.slug)
    return rules.triggers(found, occurrence.levels, occurrence.previous, occurrence.first)


async def _raise_all(
    db: AsyncSession, actor: Actor, occurrence: Occurrence, found: Iterable[Raised], now: datetime
) -> None:
    # Two that raise for one patient go one after the other, or both would find no open flag.
    await db.execute(select(Patient.id).where(Patient.id == occurrence.patient_id).with_for_update(key_share=True))
    for raised in found:
        flag = await _newest(db, occurrence.patient_id, raised.item)
        if flag is not None and flag.done_at is None:
            await _add_news(db, actor, flag, occurrence, raised, now)
        elif flag is None or not _stays_quiet(flag, raised, now):
            await _raise(db, actor, occurrence, raised, now)


async def _newest(db: AsyncSession, patient_id: str, item: str) -> Flag | None:
    return await db.scalar(
        select(Flag).where(Flag.patient_id == patient_id, Flag.item == item).order_by(Flag.raised_at.desc()).limit(1)
    )


def _stays_quiet(flag: Flag, raised: Raised, now: datetime) -> bool:
    last = json.loads(flag.reason)
    return rules.stays_quiet(raised.now, raised.severity, last["now"], flag.severity, now - flag.raised_at)


def _reason(occurrence: Occurrence, raised: Raised) -> str:
    return json.dumps(
        {
            "condition": raised.trigger.condition,
            "now": raised.now,
            "previous": raised.previous,
            "first": raised.first,
            "version": occurrence.version,
        }
    )


async def _add_news(
    db: AsyncSession, actor: Actor, flag: Flag, occurrence: Occurrence, raised: Raised, now: datetime
) -> None:
    """One open flag for a patient and item: news makes it worse or newer, never a second one."""
    known = json.loads(flag.reason)
    worse = rules.worse(raised.severity, flag.severity)
    if raised.now >= known["now"] or worse != flag.severity:
        flag.reason = _reason(occurrence, raised)
    turned_red = worse == "red" and flag.severity != "red"
    if worse != flag.severity:
        flag.severity = worse
        flag.due_at = min(flag.due_at, await _due(db, actor, worse, now))
    flag.response_id = occurrence.response_id or flag.response_id
    flag.check_in_id, flag.news_at = occurrence.check_in_id, now
    audit.record(db, actor, "flag.news", flag, now, severity=raised.severity)
    if turned_red:
        await _alert_staff(db, actor, flag, occurrence.path, now)


async def _raise(db: AsyncSession, actor: Actor, occurrence: Occurrence, raised: Raised, now: datetime) -> None:
    flag = Flag(
        clinic_id=actor.clinic_id,
        patient_id=occurrence.patient_id,
        check_in_id=occurrence.check_in_id,
        response_id=occurrence.response_id,
        trigger_id=raised.trigger.id,
        slug=occurrence.slug,
        item=raised.item,
        severity=raised.severity,
        reason=_reason(occurrence, raised),
        raised_at=now,
        news_at=now,
        due_at=await _due(db, actor, raised.severity, now),
    )
    db.add(flag)
    await db.flush()
    audit.record(db, actor, "flag.raised", flag, now, severity=raised.severity)
    if raised.severity == "red":
        await _alert_staff(db, actor, flag, occurrence.path, now)


async def _due(db: AsyncSession, actor: Actor, severity: str, now: datetime) -> datetime:
    clinic = await db.get_one(Clinic, actor.clinic_id)
    return rules.due(severity, now, clinic.zone, clinic.staffed_hours)


async def _alert_staff(db: AsyncSession, actor: Actor, flag: Flag, path: str, now: datetime) -> None:
    """A push to every staff member of the clinic; whoever has no device that takes it still has the inbox."""
    staff = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id, Staff.ended_at.is_(None)))
    for member in staff:
        notice = Notice("alert", flag.patient_id, flag.id, path, now + ALERT_LIFE, staff_id=member.id)
        await reminders.remind_now(db, actor, notice, now)


async def note_urgency(db: AsyncSession, actor: Actor, check_in_id: str, urgency: str, now: datetime) -> None:
    """The patient's own urgency, beside each open flag of this check-in."""
    for flag in await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id, Flag.done_at.is_(None))):
        flag.urgency = urgency
        audit.record(db, actor, "flag.urgency", flag, now, urgency=urgency)


async def find(db: AsyncSession, actor: Actor, flag_id: str) -> Flag | None:
    return await db.scalar(select(Flag).where(Flag.id == flag_id, Flag.clinic_id == actor.clinic_id))


async def see(db: AsyncSession, actor: Actor, patient_id: str, now: datetime) -> None:
    """A staff member opened the patient: the open flags count as seen by them, the first time."""
    for flag in await of_patient(db, patient_id):
        if flag.done_at is None and flag.seen_at is None:
            flag.seen_at, flag.seen_by = now, actor.id
            audit.record(db, actor, "flag.seen", flag, now)


async def own(db: AsyncSession, actor: Actor, flag: Flag, staff_id: str, now: datetime) -> None:
    flag.owner_id, flag.owned_at = staff_id, now
    audit.record(db, actor, "flag.owned", flag, now, owner=staff_id)


async def close(db: AsyncSession, actor: Actor, flag: Flag, outcome: str, note: str, now: datetime) -> bool:
    """End a flag with what was done. False when somebody was quicker (both are in the audit), or says nothing."""
    if outcome not in rules.OUTCOMES or (outcome == "no-action" and not note):
        return False
    await db.refresh(flag, with_for_update={"key_share": True})  # whoever closes it too waits here (case 74)
    audit.record(db, actor, "flag.closed", flag, now, outcome=outcome, late=flag.done_at is not None)
    if flag.done_at is not None:
        return False
    flag.outcome, flag.note, flag.done_at, flag.done_by = outcome, note or None, now, actor.id
    if flag.owner_id is None:
        flag.owner_id, flag.owned_at = actor.id, now
    await reminders.cancel(db, actor, flag.id, "closed", now)
    return True


async def reopen(db: AsyncSession, actor: Actor, flag: Flag, now: datetime) -> None:
    """Undo of a close."""
    newest = await _newest(db, flag.patient_id, flag.item)
    if newest is None or newest.id != flag.id:
        return
    flag.outcome = flag.done_at = flag.done_by = None
    flag.note = None
    audit.record(db, actor, "flag.reopened", flag, now)


async def open_flags(db: AsyncSession, actor: Actor) -> list[Flag]:
    """What needs somebody: red flags first, then what is owed first."""
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.done_at.is_(None))
            .order_by(RED_FIRST, Flag.due_at)
        )
    )


async def closed_flags(db: AsyncSession, actor: Actor, limit: int = 50) -> list[Flag]:
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.done_at.is_not(None))
            .order_by(Flag.done_at.desc())
            .limit(limit)
        )
    )


async def of_patient(db: AsyncSession, patient_id: str) -> list[Flag]:
    """Red first, then the newest."""
    found = select(Flag).where(Flag.patient_id == patient_id)
    return list(await db.scalars(found.order_by(RED_FIRST, Flag.raised_at.desc())))


async def of_check_in(db: AsyncSession, check_in_id: str) -> list[Flag]:
    return list(await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id)))
