"""Take each message of the text provider once, and go on to the next channel if a text was not delivered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.access import guess_limits
from server.channels.protocol import ChannelName
from server.db import Work
from server.delivery.attempts import BLOCKED
from server.people.texting import flow as texting
from server.people.texting import numbers
from server.people.texting.rules import Incoming, IncomingKind, NumberState
from server.reminders.flow import wake_workers
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState

MOST_REPLIES = 20  # from one number in a quarter of an hour, for staff to read; STOP and START are not counted


class Taking(StrEnum):
    """The result of taking a message."""

    TAKEN = "taken"
    REPEATED = "repeated"


class TooManyReplies(Exception):
    """One number has sent more than staff can read. Nothing is stored, so the provider may send it again later."""


async def take(db: AsyncSession, incoming: Incoming, now: datetime) -> Taking:
    """Take the message; taking it again changes nothing. Raises TooManyReplies."""
    if not await texting.is_new(db, incoming, now):
        return Taking.REPEATED
    if incoming.is_for_staff and incoming.kind == IncomingKind.REPLY:
        left = await guess_limits.count_guess(db, f"text from {incoming.tel}", now, MOST_REPLIES)
        if left < 0:
            raise TooManyReplies
    if await texting.take(db, incoming, now) == NumberState.UNDELIVERABLE:
        await _go_on(db, incoming.tel, now)
    return Taking.TAKEN


async def _go_on(db: AsyncSession, tel: str, now: datetime) -> None:
    """Texts to this number did not arrive: try their reminders on the next channel at once."""
    number, reason = numbers.number_hash(tel), BLOCKED[NumberState.UNDELIVERABLE]
    owners = await numbers.owners_of(db, number)
    patients = [patient.id for patient in owners.patients if numbers.hash_for_texts(patient) == number]
    rows = await db.execute(
        select(Reminder, Attempt)
        .join(Attempt, Attempt.reminder_id == Reminder.id)
        .where(
            or_(
                Reminder.staff_id.is_(None) & Reminder.patient_id.in_(patients),
                Reminder.staff_id.in_([member.id for member in owners.staff]),
            ),
            Reminder.state.in_((ReminderState.SENDING, ReminderState.SENT)),
            Reminder.next_channel_at > now,
            Attempt.channel == ChannelName.TEXT,
            Attempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNKNOWN)),
        )
        .order_by(Reminder.id)
        .with_for_update(key_share=True)
    )
    for reminder, attempt in rows.all():
        work = Work(db, actor.system(reminder.clinic_id, "text"), now)
        attempt.state, attempt.reason, reminder.next_channel_at = AttemptState.FAILED, reason, now
        audit.record(work, "attempt.not-delivered", attempt)
        audit.record(work, "reminder.not-delivered", reminder)
    await wake_workers(db)
