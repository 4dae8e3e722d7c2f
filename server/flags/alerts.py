"""Alert the staff of an urgent flag."""

from datetime import timedelta

from sqlalchemy import select

from server.db import Work
from server.flags.models import Flag
from server.people.models import Staff
from server.reminders import notices
from server.reminders.notices import Notice
from server.reminders.states import ReminderKind

ALERT_LIFE = timedelta(hours=12)


async def alert_staff(work: Work, flag: Flag, path: str) -> None:
    """Send a push to every staff member of the clinic. Those without a device that accepts it still have the inbox."""
    staff = await work.db.scalars(
        select(Staff).where(Staff.clinic_id == work.actor.clinic_id, Staff.ended_at.is_(None))
    )
    for member in staff:
        notice = Notice(ReminderKind.ALERT, flag.patient_id, flag.id, path, work.now + ALERT_LIFE, staff_id=member.id)
        await notices.remind_now(work, notice)
