"""A reminder whose notification says others too: which they are, and when it lets go of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.reminders.models import Attempt, Reminder


async def count_folded(db: AsyncSession, lead_ids: Sequence[str]) -> dict[str, int]:
    """How many others each of these says too, now."""
    if not lead_ids:
        return {}
    rows = await db.execute(
        select(Reminder.lead_id, func.count())
        .where(Reminder.lead_id.in_(lead_ids), Reminder.state == "folded")
        .group_by(Reminder.lead_id)
    )
    return {lead_id: count for lead_id, count in rows.all() if lead_id}


async def let_go(db: AsyncSession, lead: Reminder, now: datetime) -> None:
    """The lead ends. Where nothing of it went out, what was folded into it is due by itself."""
    went_out = select(Attempt.id).where(Attempt.reminder_id == lead.id, Attempt.state.not_in(("failed", "sending")))
    if lead.said_at is None or await db.scalar(went_out.limit(1)) is not None:
        return
    freed = await db.scalars(
        update(Reminder)
        .where(Reminder.lead_id == lead.id, Reminder.state == "folded")
        .values(state="scheduled", lead_id=None, said_at=None, next_at=now, tries=0)
        .returning(Reminder)
        .execution_options(populate_existing=True)
    )
    for reminder in freed:
        audit.record(db, actor.system(reminder.clinic_id), "reminder.unfolded", reminder, now)
