"""Check each attempt once more, just before it is sent."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Subscription
from server.channels.addresses import Number
from server.db.id_lists import given, is_among
from server.delivery.attempts import Outgoing
from server.people.models import Patient
from server.people.texting import numbers
from server.reminders.digests.members import count_combined
from server.reminders.models import Attempt, Reminder
from server.reminders.states import ReminderState


class Recheck(StrEnum):
    """Whether an attempt still holds.

    `WITHDRAWN`: cancelled, moved, paused, claimed by another worker, or its subscription has ended. `CHANGED`: some
    reminders that its notification includes were cancelled. `STOPPED`, `UNDELIVERABLE`: its number gets no texts now.
    """

    GO = "go"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    STOPPED = "stopped"
    UNDELIVERABLE = "undeliverable"


HOLDS = (
    select(Attempt.id, Reminder.state, Reminder.fence, Reminder.staff_id, Patient.paused_at, Subscription.ended_at)
    .join(Reminder, Reminder.id == Attempt.reminder_id)
    .join(Patient, Patient.id == Reminder.patient_id)
    .outerjoin(Subscription, Subscription.id == Attempt.subscription_id)
    .where(is_among(Attempt.id, given()))
)


async def recheck(db: AsyncSession, waiting: Sequence[Outgoing]) -> dict[str, Recheck]:
    """Check just before sending whether each attempt, by its id, still holds."""
    rows = await db.execute(HOLDS, {"ids": [outgoing.attempt_id for outgoing in waiting]})
    found = {row.id: row for row in rows.all()}
    blocked = await _blocked(db, waiting)
    combined = await count_combined(db, [outgoing.reminder_id for outgoing in waiting if outgoing.combined])
    answers: dict[str, Recheck] = {}
    for outgoing in waiting:
        row = found.get(outgoing.attempt_id)
        ours = row is not None and row.state == ReminderState.SENDING and row.fence == outgoing.fence
        if row is None or not ours or row.ended_at is not None or (row.paused_at is not None and row.staff_id is None):
            answers[outgoing.attempt_id] = Recheck.WITHDRAWN
        elif outgoing.attempt_id in blocked:
            answers[outgoing.attempt_id] = blocked[outgoing.attempt_id]
        else:
            changed = combined.get(outgoing.reminder_id, 0) != outgoing.combined
            answers[outgoing.attempt_id] = Recheck.CHANGED if changed else Recheck.GO
    return answers


async def _blocked(db: AsyncSession, waiting: Sequence[Outgoing]) -> dict[str, Recheck]:
    """The attempts, by id, whose number has been blocked since they were written."""
    hashes = {
        outgoing.attempt_id: numbers.number_hash(outgoing.address.number)
        for outgoing in waiting
        if isinstance(outgoing.address, Number)
    }
    found = await numbers.blocked(db, set(hashes.values()))
    return {attempt_id: Recheck(found[number].state) for attempt_id, number in hashes.items() if number in found}
