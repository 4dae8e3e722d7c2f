"""Take reminders that a wrong clock ended or postponed, and make them due at their own time again."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.reminders import rules
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind, ReminderState

PLANNED = (ReminderKind.VISIT, ReminderKind.CHECK_IN, ReminderKind.NUDGE)  # all other kinds are sent at once
LONGEST_RETRY = timedelta(hours=12)  # twice the longest wait that a push service may ask for
AT_ONCE = 500


async def release_missed(work: Work, subject_id: str) -> list[Reminder]:
    """Cancel the subject's reminders that were marked missed before they expired, so that replanning renews them."""
    found = list(
        await work.db.scalars(
            select(Reminder).where(
                Reminder.subject_id == subject_id,
                Reminder.state == ReminderState.MISSED,
                Reminder.expires_at > work.now,
            )
        )
    )
    for reminder in found:
        reminder.state, reminder.reason = ReminderState.CANCELLED, "the clock was ahead"
        audit.record(work, "reminder.released", reminder)
    await work.db.flush()
    return found


def _waits_too_long(now: datetime) -> ColumnElement[bool]:
    """SQL: an immediate reminder with a future moment, one postponed past its expiry, or a retry that is days away."""
    notified_at_once = and_(Reminder.kind.not_in(PLANNED), Reminder.moment > now + rules.CLOCK_SLACK)
    beyond_its_end = and_(
        Reminder.next_at >= Reminder.expires_at, Reminder.next_at > Reminder.moment, Reminder.expires_at > now
    )
    return or_(
        and_(Reminder.tries == 0, or_(notified_at_once, beyond_its_end)),
        and_(Reminder.tries > 0, Reminder.next_at > now + LONGEST_RETRY),
    )


async def bring_forward(db: AsyncSession, now: datetime) -> int:
    """Make reminders due that wait longer than any reminder is ever postponed; return how many."""
    found = await db.scalars(
        select(Reminder)
        .where(
            Reminder.state == ReminderState.SCHEDULED, Reminder.next_at > now + rules.CLOCK_SLACK, _waits_too_long(now)
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    brought_forward = list(found)
    for reminder in brought_forward:
        if reminder.kind not in PLANNED and reminder.moment > now:  # its moment is part of its identity and stays
            reminder.expires_at = now + (reminder.expires_at - reminder.moment)
            reminder.next_at = now
        else:
            reminder.next_at = max(reminder.moment, now)
        audit.record(Work(db, system(reminder.clinic_id), now), "reminder.brought-forward", reminder)
    return len(brought_forward)
