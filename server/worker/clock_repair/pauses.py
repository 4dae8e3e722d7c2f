"""Restore pauses that ended by themselves because the clock was ahead by more than a day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import system
from server.db import Work
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.reminders.pauses import AHEAD

AT_ONCE = 500


async def restore_pauses(db: AsyncSession, now: datetime) -> int:
    """Pause again until the day that was chosen, which has begun in no zone; return how many.

    A pause that somebody ended by hand leaves no former one (server.people.flow.resume).
    """
    early = select(Patient).where(Patient.paused_at.is_(None), Patient.former_pause_until > (now + AHEAD).date())
    found = list(await db.scalars(early.limit(AT_ONCE).with_for_update(key_share=True, skip_locked=True)))
    for patient in found:
        left = patient.former_pause_left(now)
        if left is not None:
            await pausing.pause(Work(db, system(patient.clinic_id), now), patient, left.why, left.until)
    return len(found)
