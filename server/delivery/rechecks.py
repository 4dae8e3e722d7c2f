"""Check each attempt once more, just before it is sent."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Subscription
from server.delivery.attempts import Outgoing
from server.people.models import Patient
from server.reminders.digests.members import count_combined
from server.reminders.models import Attempt, Reminder
from server.reminders.states import ReminderState


class Recheck(StrEnum):
    """Whether an attempt still holds.

    `WITHDRAWN`: cancelled, moved, paused, claimed by another worker, or its subscription has ended. `CHANGED`: some
    reminders that its notification includes were cancelled.
    """

    GO = "go"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


async def recheck(db: AsyncSession, waiting: Sequence[Outgoing]) -> dict[str, Recheck]:
    """Check just before sending whether each attempt, by its id, still holds."""
    rows = await db.execute(
        select(Attempt.id, Reminder.state, Reminder.fence, Reminder.staff_id, Patient.paused_at, Subscription.ended_at)
        .join(Reminder, Reminder.id == Attempt.reminder_id)
        .join(Patient, Patient.id == Reminder.patient_id)
        .outerjoin(Subscription, Subscription.id == Attempt.subscription_id)
        .where(Attempt.id.in_([outgoing.attempt_id for outgoing in waiting]))
    )
    found = {row.id: row for row in rows.all()}
    combined = await count_combined(db, [outgoing.reminder_id for outgoing in waiting if outgoing.combined])
    answers: dict[str, Recheck] = {}
    for outgoing in waiting:
        row = found.get(outgoing.attempt_id)
        ours = row is not None and row.state == ReminderState.SENDING and row.fence == outgoing.fence
        if row is None or not ours or row.ended_at is not None or (row.paused_at is not None and row.staff_id is None):
            answers[outgoing.attempt_id] = Recheck.WITHDRAWN
        else:
            changed = combined.get(outgoing.reminder_id, 0) != outgoing.combined
            answers[outgoing.attempt_id] = Recheck.CHANGED if changed else Recheck.GO
    return answers
