"""What became of the demo's past reminders. No push was sent: the demo's phones do not exist."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.people.models import Patient
from server.reminders.models import Attempt, Reminder


async def as_if_sent(db: AsyncSession, patient: Patient, reach: str | None, now: datetime) -> None:
    """Each past reminder ends as sent, its attempt as far as `reach` says; None is a patient without a phone."""
    past = await db.scalars(
        select(Reminder).where(
            Reminder.patient_id == patient.id,
            Reminder.moment < now,
            Reminder.state.in_(("scheduled", "cancelled")),
            Reminder.why.is_distinct_from("replanned"),
        )
    )
    for reminder in list(past):
        if reach is None:
            reminder.state, reminder.why = "failed", "no device takes reminders"
            continue
        reminder.state, reminder.why = "sent", None
        db.add(_attempt(reminder, reach))


def _attempt(reminder: Reminder, reach: str) -> Attempt:
    sent, shown, opened = (reminder.moment + timedelta(seconds=s) for s in (1, 3, 400))
    return Attempt(
        clinic_id=reminder.clinic_id,
        reminder_id=reminder.id,
        channel="push",
        token_hash=crypto.token_hash(crypto.new_token()),
        state=reach,
        fence=1,
        status=201,
        started_at=reminder.moment,
        accepted_at=sent,
        shown_at=shown if reach in ("shown", "opened") else None,
        opened_at=opened if reach == "opened" else None,
    )
