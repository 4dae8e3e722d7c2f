"""Which notifications still have something to say: a phone closes the others, answered elsewhere or over (case 18)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.reminders.flow import OVERTAKEN, SAID
from server.reminders.models import Reminder


async def tags(db: AsyncSession, patient_id: str, now: datetime) -> list[str]:
    """Of what was said to the patient and the caregivers; a folded reminder stands under the tag that says it too."""
    found = await db.execute(
        select(Reminder.id, Reminder.lead_id).where(
            Reminder.patient_id == patient_id,
            Reminder.staff_id.is_(None),
            Reminder.state.in_(("sending", *SAID)),
            Reminder.answered_at.is_(None),
            Reminder.why.is_distinct_from(OVERTAKEN),
            Reminder.expires_at > now,
        )
    )
    return sorted({lead_id or reminder_id for reminder_id, lead_id in found.all()})
