"""Notices: messages that go out at once, such as a change of a visit, a test or an alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.reminders import rules
from server.reminders.flow import cancel_one, wake_workers
from server.reminders.models import Attempt, Reminder
from server.reminders.states import NOTIFIED, Audience, OneReader, ReminderKind, ReminderState

PRESSED_TWICE = timedelta(seconds=5)


@dataclass(frozen=True)
class Notice:
    """Something to send at once: to one device or staff member if given, else to the patient and caregivers."""

    kind: ReminderKind
    patient_id: str
    subject_id: str
    path: str
    expires_at: datetime
    detail: str | None = None
    staff_id: str | None = None
    device_id: str | None = None


async def remind_now(work: Work, notice: Notice) -> Reminder:
    """Send a test, a change or a staff alert at once; the worker picks it up within a second."""
    reminder = Reminder(
        clinic_id=work.actor.clinic_id,
        patient_id=notice.patient_id,
        staff_id=notice.staff_id,
        device_id=notice.device_id,
        audience=_audience(notice),
        kind=notice.kind,
        subject_id=notice.subject_id,
        moment=work.now,
        next_at=work.now,
        expires_at=notice.expires_at,
        path=notice.path,
        detail=notice.detail,
    )
    work.db.add(reminder)
    await work.db.flush()
    audit.record(work, "reminder.sent-at-once", reminder, kind=notice.kind)
    await wake_workers(work.db)
    return reminder


def _audience(notice: Notice) -> Audience:
    one = notice.staff_id or notice.device_id
    return OneReader(one) if one else rules.EVERYBODY


async def remind_once(work: Work, notice: Notice) -> Reminder:
    """Send the notice at once. If the same one was sent a moment ago, return that one: a double press (case 90).

    The caller has locked the notice's subject, so that concurrent presses wait for each other.
    """
    recent = select(Reminder).where(
        Reminder.subject_id == notice.subject_id,
        Reminder.kind == notice.kind,
        Reminder.moment > work.now - PRESSED_TWICE,
    )
    earlier: Reminder | None = await work.db.scalar(recent.order_by(Reminder.moment.desc()).limit(1))
    return earlier or await remind_now(work, notice)


async def notify_of_change(work: Work, notice: Notice, was_seen: bool = False) -> bool:
    """Notify of a change to a subject: end the links of earlier messages, and send a notice to those who know of it.

    They do if they were reminded of it, or have seen it otherwise (`was_seen`). Returns whether a notice was sent.

    A reminder that a worker is sending right now counts as sent. A new fence number shuts that worker out, so a message
    that has not left yet is written again with the new time.
    """
    found = await _locked(work.db, notice.subject_id)
    notified = [reminder for reminder in found if reminder.state in (*NOTIFIED, ReminderState.SENDING)]
    for reminder in notified:
        if reminder.state == ReminderState.SENDING:
            reminder.state, reminder.lease_until, reminder.fence = ReminderState.SCHEDULED, None, reminder.fence + 1
        else:
            reminder.reason, reminder.next_channel_at = SUPERSEDED, None
        audit.record(work, "reminder.superseded", reminder)
    await _supersede_attempts(work.db, [reminder.id for reminder in found], work.now)
    before = [reminder for reminder in found if reminder.kind == notice.kind]
    for reminder in before:
        if reminder.moment != work.now:
            await cancel_one(work.db, reminder, SUPERSEDED, work.now)
        else:
            reminder.expires_at, reminder.detail = notice.expires_at, notice.detail
    twice = any(reminder.moment == work.now for reminder in before)
    if not (notified or was_seen or before) or notice.expires_at <= work.now:
        return False
    if not twice:
        await remind_now(work, notice)
    return True


async def _locked(db: AsyncSession, subject_id: str) -> list[Reminder]:
    """Lock the subject's reminders. This waits for a worker that is claiming one, and then sees its claim."""
    query = select(Reminder).where(Reminder.subject_id == subject_id).order_by(Reminder.id)
    found = await db.scalars(query.with_for_update(key_share=True), execution_options={"populate_existing": True})
    return sorted(found, key=lambda reminder: reminder.moment)


async def _supersede_attempts(db: AsyncSession, reminder_ids: Sequence[str], now: datetime) -> None:
    """Mark earlier attempts as superseded: they showed the old state, so their tokens accept no answer any more."""
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_(reminder_ids), Attempt.superseded_at.is_(None))
        .values(superseded_at=now)
        .execution_options(synchronize_session=False)
    )


SUPERSEDED: Final = "superseded by a change"
