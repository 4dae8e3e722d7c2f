"""Go on to the next channel if no device showed a reminder in time."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.db import Work
from server.reminders.models import Attempt, Reminder
from server.reminders.states import ReminderState

WAITED = (
    select(Reminder)
    .where(
        Reminder.state == ReminderState.SENT,
        Reminder.next_channel_at <= bindparam("at", type_=Reminder.next_channel_at.type),
    )
    .order_by(Reminder.next_channel_at)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(key_share=True, skip_locked=True)
)


async def move_to_next_channel(db: AsyncSession, now: datetime, limit: int = 500) -> int:
    """Schedule the next channel for sent reminders that no device showed in time; returns how many."""
    waited = await db.scalars(WAITED, {"at": now, "most": limit})
    moved = 0
    for reminder in list(waited):
        reminder.next_channel_at = None
        if not await _was_seen(db, reminder):
            reminder.state, reminder.next_at, reminder.tries = ReminderState.SCHEDULED, now, 0
            reminder.channel_index, moved = reminder.channel_index + 1, moved + 1
            audit.record(Work(db, actor.system(reminder.clinic_id), now), "reminder.not-shown", reminder)
    return moved


async def _was_seen(db: AsyncSession, reminder: Reminder) -> bool:
    if reminder.answered_at is not None:
        return True
    seen = select(Attempt.id).where(Attempt.reminder_id == reminder.id, Attempt.shown_at.is_not(None))
    return await db.scalar(seen.limit(1)) is not None
