"""Tags of open notifications; a device closes all others, because they were answered elsewhere or expired (case 18)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.reminders.models import Reminder
from server.reminders.notices import SUPERSEDED
from server.reminders.states import NOTIFIED, ReminderState


async def tags(db: AsyncSession, patient_id: str, now: datetime) -> list[str]:
    """Tags for this patient and the caregivers. A digest member has the tag of its carrier."""
    found = await db.execute(
        select(Reminder.id, Reminder.carrier_id).where(
            Reminder.patient_id == patient_id,
            Reminder.staff_id.is_(None),
            Reminder.state.in_((ReminderState.SENDING, *NOTIFIED)),
            Reminder.answered_at.is_(None),
            Reminder.reason.is_distinct_from(SUPERSEDED),
            Reminder.expires_at > now,
        )
    )
    return sorted({carrier_id or reminder_id for reminder_id, carrier_id in found.all()})
