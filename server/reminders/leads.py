"""A reminder whose notification says others too: which they are, and when it lets go of them."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.reminders.models import Attempt, Reminder


async def folded_into(db: AsyncSession, lead: Reminder) -> list[Reminder]:
    """What this one's notification says too, now."""
    return list(
        await db.scalars(
            select(Reminder)
            .where(Reminder.lead_id == lead.id, Reminder.state == "folded")
            .order_by(Reminder.moment, Reminder.id)
        )
    )


async def count_folded(db: AsyncSession, lead_id: str) -> int:
    folded = select(func.count()).where(Reminder.lead_id == lead_id, Reminder.state == "folded")
    return await db.scalar(folded) or 0


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
