"""Claim due reminders with one UPDATE (lease and fencing token), then add a row for each attempt.

If a worker dies in between, its attempts stay in `sending`; the next claim marks them `unknown`. We repeat an unknown
push, which shows once because it has the same tag; we never repeat an unknown text or email.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.access.models import Subscription
from server.channels.protocol import ChannelName
from server.crypto import MissingKey
from server.delivery.attempts import Post, Sending, targets, write_attempt
from server.delivery.batch import look_up
from server.people.models import Patient
from server.reminders import rules
from server.reminders.digest import fold_together
from server.reminders.digest_members import count_folded, let_go
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import AttemptState, ReminderState

BATCH = 100
UNREACHABLE = {
    ChannelName.PUSH: "no device takes reminders",
    ChannelName.EMAIL: "no email address",
    ChannelName.TEXT: "no number, or no consent to text messages",
}


async def claim_due(db: AsyncSession, now: datetime, limit: int = BATCH) -> list[Reminder]:
    """Claim due reminders and those whose lease has expired. No other worker gets them while the lease lasts."""
    due = (
        select(Reminder.id)
        .join(Patient, Patient.id == Reminder.patient_id)  # lock the patient: one worker at a time builds the digest
        .where(
            or_(
                Reminder.state == ReminderState.SCHEDULED,
                (Reminder.state == ReminderState.SENDING) & _is_over(Reminder.lease_until, now),
            ),
            Reminder.next_at <= now,
        )
        .order_by(Reminder.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=[Reminder, Patient])
    )
    claimed = await db.scalars(
        update(Reminder)
        .where(Reminder.id.in_(due))
        .values(
            state=ReminderState.SENDING,
            lease_until=now + rules.LEASE,
            fence=Reminder.fence + 1,
            tries=Reminder.tries + 1,
        )
        .returning(Reminder)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return list(claimed)


def _is_over(lease_until: Any, now: datetime) -> ColumnElement[bool]:
    """Whether the lease has expired. One beyond LEASE was set by a clock that was ahead, and would block for long."""
    return or_(lease_until <= now, lease_until > now + rules.LEASE + rules.CLOCK_SLACK)


async def write_attempts(
    db: AsyncSession,
    claimed: Sequence[Reminder],
    now: datetime,
    base_url: str,
    able: Collection[str] = (ChannelName.PUSH,),
) -> list[Post]:
    """Decide what follows for each claimed reminder, and add the attempts' rows. Returns what to send.

    Nothing is sent for a reminder that is too late, paused or unreachable.
    """
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_([r.id for r in claimed]), Attempt.state == AttemptState.SENDING)
        .values(state=AttemptState.UNKNOWN, why="the worker stopped before it knew")
    )
    going = await fold_together(db, claimed, now)
    sending = Sending(db, await look_up(db, going), now, base_url)
    posts: list[Post] = []
    for reminder in going:
        try:
            posts += _attempts_of(sending, reminder, able)
        except (ValueError, MissingKey):  # one row that cannot be decrypted must not block the others
            end(db, reminder, ReminderState.FAILED, "its row does not open", now)
    for reminder in going:
        if reminder.state not in (ReminderState.SENDING, ReminderState.SENT):
            await let_go(db, reminder, now)
    await db.flush()
    return posts


def _attempts_of(sending: Sending, reminder: Reminder, able: Collection[str]) -> list[Post]:
    db, known, now = sending.db, sending.known, sending.now
    patient = known.patients[reminder.patient_id]
    if reminder.expires_at <= now:
        went_out = known.went_out(reminder)
        why = "no device showed it" if went_out else "its time had passed"
        return end(db, reminder, ReminderState.UNREACHED if went_out else ReminderState.MISSED, why, now)
    if patient.paused_at is not None and reminder.staff_id is None:
        return end(db, reminder, ReminderState.CANCELLED, "paused", now)
    steps = rules.steps_for(reminder.kind, known.clinics[reminder.clinic_id].reach, able)
    if reminder.turn_at is not None and reminder.turn_at <= now:
        reminder.step, reminder.turn_at = reminder.step + 1, None
    return _take_turn(sending, reminder, steps)


def _take_turn(sending: Sending, reminder: Reminder, steps: Sequence[rules.Step]) -> list[Post]:
    """Attempts on the first channel, from the current one on, that has an address to try."""
    db, known, now = sending.db, sending.known, sending.now
    patient = known.patients[reminder.patient_id]
    why = reminder.why or "no channel is set up"
    for index in range(reminder.step, len(steps)):
        channel = steps[index].channel
        reminder.step = index
        found = targets(known, reminder, patient, channel)
        if found:
            reminder.turn_at = reminder.turn_at or rules.turn_ends(steps, index, now, reminder.expires_at)
            return [write_attempt(sending, reminder, channel, target) for target in found]
        if known.went_out(reminder, channel):
            return end(db, reminder, ReminderState.SENT, None, now)
        why, reminder.turn_at = UNREACHABLE[channel], None
    reached = known.went_out(reminder)
    return end(
        db,
        reminder,
        ReminderState.UNREACHED if reached else ReminderState.FAILED,
        "no device showed it" if reached else why,
        now,
    )


def end(db: AsyncSession, reminder: Reminder, state: ReminderState, why: str | None, now: datetime) -> list[Post]:
    """Settle a claimed reminder; returns no attempts. A "sent" one keeps `turn_at`, when the next channel follows."""
    reminder.state, reminder.why, reminder.lease_until = state, why, None
    audit.record(db, actor.system(reminder.clinic_id), f"reminder.{state}", reminder, now)
    return []


class Recheck(StrEnum):
    """Whether an attempt still holds.

    `WITHDRAWN`: cancelled, moved, paused, claimed by another worker, or its subscription has ended. `CHANGED`: some
    reminders that its notification includes were cancelled.
    """

    GO = "go"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


async def look_again(db: AsyncSession, posts: Sequence[Post]) -> dict[str, Recheck]:
    """Check just before sending whether each attempt, by its id, still holds."""
    rows = await db.execute(
        select(Attempt.id, Reminder.state, Reminder.fence, Reminder.staff_id, Patient.paused_at, Subscription.ended_at)
        .join(Reminder, Reminder.id == Attempt.reminder_id)
        .join(Patient, Patient.id == Reminder.patient_id)
        .outerjoin(Subscription, Subscription.id == Attempt.subscription_id)
        .where(Attempt.id.in_([post.attempt_id for post in posts]))
    )
    held = {row.id: row for row in rows.all()}
    folded = await count_folded(db, [post.reminder_id for post in posts if post.folded])
    answers: dict[str, Recheck] = {}
    for post in posts:
        row = held.get(post.attempt_id)
        ours = row is not None and row.state == ReminderState.SENDING and row.fence == post.fence
        if row is None or not ours or row.ended_at is not None or (row.paused_at is not None and row.staff_id is None):
            answers[post.attempt_id] = Recheck.WITHDRAWN
        else:
            answers[post.attempt_id] = Recheck.GO if folded.get(post.reminder_id, 0) == post.folded else Recheck.CHANGED
    return answers


async def next_due(db: AsyncSession) -> datetime | None:
    """When a tick next has something to do; None if nothing is planned."""
    scheduled = select(func.min(Reminder.next_at)).where(Reminder.state == ReminderState.SCHEDULED)
    leased = select(func.min(Reminder.lease_until)).where(Reminder.state == ReminderState.SENDING)
    turns = select(func.min(Reminder.turn_at)).where(Reminder.state == ReminderState.SENT)
    moments = [await db.scalar(query) for query in (scheduled, leased, turns)]
    return min((moment for moment in moments if moment is not None), default=None)
