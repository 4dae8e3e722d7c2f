"""Escalate waiting flags: notify the contacts on call one after the other, until somebody takes the flag."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.flags import deadlines
from server.flags.deadlines import Hours
from server.flags.models import Flag
from server.flags.rules import Severity
from server.people import on_call
from server.people.models import Clinic, Staff
from server.reminders import notices
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.states import ReminderKind, ReminderState

KINDS = (ReminderKind.ON_CALL, ReminderKind.OVERDUE)
WORTH_FOR = timedelta(hours=12)
AT_ONCE = 200


async def begins_at(db: AsyncSession, flag: Flag, now: datetime) -> datetime:
    """When the first contact is notified of a flag that was raised now, got worse, or was given back."""
    clinic = await db.get_one(Clinic, flag.clinic_id)
    return deadlines.escalates_at(flag.severity, flag.due_at, now, wait_of(clinic), hours_of(clinic))


async def goes_on_at(db: AsyncSession, flag: Flag, now: datetime) -> datetime:
    """When the first contact is notified of a flag that somebody has taken, if it has no outcome by then."""
    clinic = await db.get_one(Clinic, flag.clinic_id)
    return deadlines.after_taking(flag.severity, flag.due_at, now, hours_of(clinic))


async def escalate(db: AsyncSession, now: datetime) -> int:
    """Notify the next contact of each flag that is due, or whose last contact was not reached; returns how many."""
    notified = 0
    for flag in [*await _waiting(db, now), *await _not_notified(db, now)]:
        clinic = await db.get_one(Clinic, flag.clinic_id)
        notified += await _notify_next(db, clinic, flag, await on_call.order(db, clinic.id), now)
    return notified


async def _waiting(db: AsyncSession, now: datetime) -> list[Flag]:
    """Flags due for escalation, locked for this worker. A flag that is locked already waits for the next tick."""
    found = await db.scalars(
        select(Flag)
        .where(Flag.closed_at.is_(None), Flag.escalate_at <= now)
        .order_by(Flag.escalate_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(found)


async def _not_notified(db: AsyncSession, now: datetime) -> list[Flag]:
    """Flags whose last notification failed on every channel: the next contact need not wait."""
    found = await db.scalars(
        select(Flag)
        .join(Reminder, (Reminder.subject_id == Flag.id) & (Reminder.moment == Flag.notified_at))
        .where(
            Flag.closed_at.is_(None),
            Flag.escalate_at > now,
            Reminder.kind.in_(KINDS),
            Reminder.state == ReminderState.FAILED,
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True, of=Flag)
    )
    return list(found)


async def _notify_next(db: AsyncSession, clinic: Clinic, flag: Flag, contacts: Sequence[Staff], now: datetime) -> bool:
    """Create the contact's reminder and set the flag's next step, in one transaction. False if nobody was notified."""
    early = flag.escalate_at is not None and flag.escalate_at > now
    if early and (not contacts or flag.contacts_notified % len(contacts) == 0):
        return False  # every contact failed: start again with the first when `escalate_at` comes
    actor = system(flag.clinic_id)
    if not contacts:
        flag.escalate_at = now + wait_of(clinic)  # somebody may be on call by then
        audit.record(Work(db, actor, now), "flag.nobody-on-call", flag)
        return False
    contact = contacts[flag.contacts_notified % len(contacts)]
    kind = ReminderKind.ON_CALL if flag.severity == Severity.URGENT else ReminderKind.OVERDUE
    path = f"/staff/patients/{flag.patient_id}#flag-{flag.id}"
    notice = Notice(kind, flag.patient_id, flag.id, path, now + WORTH_FOR, staff_id=contact.id)
    await notices.remind_now(Work(db, actor, now), notice)
    flag.contacts_notified, flag.notified_at = flag.contacts_notified + 1, now
    flag.escalate_at = deadlines.next_contact_at(
        flag.severity, flag.contacts_notified, len(contacts), now, wait_of(clinic), hours_of(clinic)
    )
    audit.record(
        Work(db, actor, now),
        "flag.contact-notified",
        flag,
        contact=contact.id,
        contacts_notified=flag.contacts_notified,
    )
    return True


async def next_at(db: AsyncSession) -> datetime | None:
    """When the next flag is due for escalation; None if none is."""
    moment: datetime | None = await db.scalar(select(func.min(Flag.escalate_at)).where(Flag.closed_at.is_(None)))
    return moment


def hours_of(clinic: Clinic) -> Hours:
    return Hours(clinic.zone, clinic.staffed_hours)


def wait_of(clinic: Clinic) -> timedelta:
    return timedelta(minutes=clinic.on_call_wait)
