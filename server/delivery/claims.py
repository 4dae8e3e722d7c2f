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
from server.db import Work
from server.delivery.attempts import Outgoing, Sending, targets, write_attempt
from server.delivery.batch import look_up
from server.people.models import Patient
from server.reminders import channel_policy_rules, rules
from server.reminders.digests.flow import combine
from server.reminders.digests.members import count_combined, release_members
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState

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
) -> list[Outgoing]:
    """Decide what follows for each claimed reminder, and add the attempts' rows. Returns what to send.

    Nothing is sent for a reminder that is too late, paused or unreachable.
    """
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_([r.id for r in claimed]), Attempt.state == AttemptState.SENDING)
        .values(state=AttemptState.UNKNOWN, reason="the worker stopped before it knew")
    )
    going = await combine(db, claimed, now)
    sending = Sending(db, await look_up(db, going), now, base_url)
    outgoing: list[Outgoing] = []
    for reminder in going:
        try:
            outgoing += _attempts_of(sending, reminder, able)
        except (ValueError, MissingKey):  # one row that cannot be decrypted must not block the others
            end(db, reminder, ReminderState.FAILED, "its row does not open", now)
    for reminder in going:
        if reminder.state not in (ReminderState.SENDING, ReminderState.SENT):
            await release_members(db, reminder, now)
    await db.flush()
    return outgoing


def _attempts_of(sending: Sending, reminder: Reminder, able: Collection[str]) -> list[Outgoing]:
    db, batch, now = sending.db, sending.batch, sending.now
    patient = batch.patients[reminder.patient_id]
    if reminder.expires_at <= now:
        went_out = batch.went_out(reminder)
        reason = "no device showed it" if went_out else "its time had passed"
        return end(db, reminder, ReminderState.UNREACHED if went_out else ReminderState.MISSED, reason, now)
    if patient.paused_at is not None and reminder.staff_id is None:
        return end(db, reminder, ReminderState.CANCELLED, "paused", now)
    policy = channel_policy_rules.policy_for(reminder.kind, batch.clinics[reminder.clinic_id].channel_policy, able)
    if reminder.next_channel_at is not None and reminder.next_channel_at <= now:
        reminder.channel_index, reminder.next_channel_at = reminder.channel_index + 1, None
    return _try_channels(sending, reminder, policy)


def _try_channels(
    sending: Sending, reminder: Reminder, policy: Sequence[channel_policy_rules.ChannelWait]
) -> list[Outgoing]:
    """Attempts on the first channel, from the current one on, that has an address to try."""
    db, batch, now = sending.db, sending.batch, sending.now
    patient = batch.patients[reminder.patient_id]
    reason = reminder.reason or "no channel is set up"
    for index in range(reminder.channel_index, len(policy)):
        channel = policy[index].channel
        reminder.channel_index = index
        found = targets(batch, reminder, patient, channel)
        if found:
            if reminder.next_channel_at is None:
                reminder.next_channel_at = channel_policy_rules.next_channel_time(
                    policy, index, now, reminder.expires_at
                )
            return [write_attempt(sending, reminder, channel, target) for target in found]
        if batch.went_out(reminder, channel):
            return end(db, reminder, ReminderState.SENT, None, now)
        reason, reminder.next_channel_at = UNREACHABLE[channel], None
    if batch.went_out(reminder):
        return end(db, reminder, ReminderState.UNREACHED, "no device showed it", now)
    return end(db, reminder, ReminderState.FAILED, reason, now)


def end(
    db: AsyncSession, reminder: Reminder, state: ReminderState, reason: str | None, now: datetime
) -> list[Outgoing]:
    """Settle a claimed reminder; returns no attempts. One that was sent keeps `next_channel_at`."""
    reminder.state, reminder.reason, reminder.lease_until = state, reason, None
    audit.record(Work(db, actor.system(reminder.clinic_id), now), f"reminder.{state}", reminder)
    return []


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


async def next_due(db: AsyncSession) -> datetime | None:
    """When a tick next has something to do; None if nothing is planned."""
    scheduled = select(func.min(Reminder.next_at)).where(Reminder.state == ReminderState.SCHEDULED)
    leased = select(func.min(Reminder.lease_until)).where(Reminder.state == ReminderState.SENDING)
    turns = select(func.min(Reminder.next_channel_at)).where(Reminder.state == ReminderState.SENT)
    moments = [await db.scalar(query) for query in (scheduled, leased, turns)]
    return min((moment for moment in moments if moment is not None), default=None)
