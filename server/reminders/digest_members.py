"""The members of a digest: how many there are, and releasing them when their lead ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import AttemptState, ReminderState


async def count_folded(db: AsyncSession, lead_ids: Sequence[str]) -> dict[str, int]:
    """Lead id → the number of its members now."""
    if not lead_ids:
        return {}
    rows = await db.execute(
        select(Reminder.lead_id, func.count())
        .where(Reminder.lead_id.in_(lead_ids), Reminder.state == ReminderState.COMBINED)
        .group_by(Reminder.lead_id)
    )
    return {lead_id: count for lead_id, count in rows.all() if lead_id}


async def let_go(db: AsyncSession, lead: Reminder, now: datetime) -> None:
    """Release the members when their lead ends before any message went out: they become due on their own."""
    went_out = select(Attempt.id).where(
        Attempt.reminder_id == lead.id, Attempt.state.not_in((AttemptState.FAILED, AttemptState.SENDING))
    )
    if lead.said_at is None or await db.scalar(went_out.limit(1)) is not None:
        return
    freed = await db.scalars(
        update(Reminder)
        .where(Reminder.lead_id == lead.id, Reminder.state == ReminderState.COMBINED)
        .values(state=ReminderState.SCHEDULED, lead_id=None, said_at=None, next_at=now, tries=0)
        .returning(Reminder)
        .execution_options(populate_existing=True)
    )
    for reminder in freed:
        audit.record(db, actor.system(reminder.clinic_id), "reminder.unfolded", reminder, now)
