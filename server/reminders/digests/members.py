"""The members of a digest: how many there are, and releasing them when their carrier ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.db import Work
from server.db.id_lists import is_among
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState


async def count_combined(db: AsyncSession, carrier_ids: Sequence[str]) -> dict[str, int]:
    """Carrier id → the number of its members now."""
    if not carrier_ids:
        return {}
    rows = await db.execute(
        select(Reminder.carrier_id, func.count())
        .where(is_among(Reminder.carrier_id, carrier_ids), Reminder.state == ReminderState.COMBINED)
        .group_by(Reminder.carrier_id)
    )
    return {carrier_id: count for carrier_id, count in rows.all() if carrier_id}


async def release_members(db: AsyncSession, carrier: Reminder, now: datetime) -> None:
    """Release the members when their carrier ends before any message went out: they become due on their own."""
    went_out = select(Attempt.id).where(
        Attempt.reminder_id == carrier.id, Attempt.state.not_in((AttemptState.FAILED, AttemptState.SENDING))
    )
    if carrier.notified_at is None or await db.scalar(went_out.limit(1)) is not None:
        return
    freed = await db.scalars(
        update(Reminder)
        .where(Reminder.carrier_id == carrier.id, Reminder.state == ReminderState.COMBINED)
        .values(state=ReminderState.SCHEDULED, carrier_id=None, notified_at=None, next_at=now, tries=0)
        .returning(Reminder)
        .execution_options(populate_existing=True, synchronize_session=False)  # returned rows are loaded anew anyway
    )
    for reminder in freed:
        audit.record(Work(db, actor.system(reminder.clinic_id), now), "reminder.separated", reminder)
