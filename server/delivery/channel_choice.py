"""Decide the next step of a claimed reminder: attempts on the next channel that has an address, or its end."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from server import actor, audit
from server.audit import AuditVerb
from server.channels.protocol import ChannelName
from server.db import Work
from server.delivery.attempts import Outgoing, Target, prepare_attempt, targets, text_block
from server.delivery.messages import Sending
from server.people.models import Patient
from server.reminders.channel_policies import rules as policies
from server.reminders.models import Reminder
from server.reminders.quiet_hours import rules as quiet_hours
from server.reminders.rules import Planned
from server.reminders.states import BlockReason, EndReason, Reason, ReminderState

BUSY_WAIT = timedelta(seconds=5)  # before we try again after finding locked rows
RESTS: Final = "its push service refuses us; it is tried again later"
UNREACHABLE: dict[ChannelName, EndReason] = {
    ChannelName.PUSH: "no device takes reminders",
    ChannelName.EMAIL: "no email address, or emails were stopped",
    ChannelName.TEXT: "no number, or no consent to text messages",
}
Unsent = Literal[ReminderState.CANCELLED, ReminderState.FAILED, ReminderState.MISSED, ReminderState.UNREACHED]
ENDED: dict[Unsent, AuditVerb] = {
    ReminderState.CANCELLED: "reminder.cancelled",
    ReminderState.FAILED: "reminder.failed",
    ReminderState.MISSED: "reminder.missed",
    ReminderState.UNREACHED: "reminder.unreached",
}


def attempts_of(sending: Sending, reminder: Reminder, able: Collection[str]) -> list[Outgoing]:
    db, batch, now = sending.db, sending.batch, sending.now
    patient = batch.patients[reminder.patient_id]
    if reminder.expires_at <= now:
        went_out = batch.went_out(reminder)
        if went_out:
            return end(db, reminder, ReminderState.UNREACHED, "no device showed it", now)
        return end(db, reminder, ReminderState.MISSED, reminder.reason or "its time had passed", now)
    if patient.paused_at is not None and reminder.staff_id is None:
        if patient.is_pause_over(now):  # the patient was locked when the sender ended pauses
            put_off(reminder, now + BUSY_WAIT, now)
            return []
        if reminder.moment > now:  # quiet hours made it earlier; the pause may end before its own moment
            put_off(reminder, reminder.moment, now)
            return []
        return end(db, reminder, ReminderState.CANCELLED, "paused", now)
    policy = policies.policy_for(reminder.kind, batch.clinics[reminder.clinic_id].channel_policy, able)
    if batch.is_busy(reminder):
        put_off(reminder, now + BUSY_WAIT, now)
        return []
    if reminder.next_channel_at is not None and reminder.next_channel_at <= now:
        reminder.channel_index, reminder.next_channel_at = reminder.channel_index + 1, None
    if until := _quiet_until(reminder, patient, now):
        reminder.next_channel_at = None  # the channel's wait begins when it is tried
        put_off(reminder, until, now)
        return []
    return _try_channels(sending, reminder, policy)


def _quiet_until(reminder: Reminder, patient: Patient, now: datetime) -> datetime | None:
    quiet = quiet_hours.read_quiet(patient.quiet_from, patient.quiet_until, patient.zone)
    plan = Planned(reminder.kind, reminder.moment, reminder.expires_at)
    return quiet_hours.waits_until(plan, quiet, now, is_first=reminder.channel_index == 0)


def _try_channels(sending: Sending, reminder: Reminder, policy: Sequence[policies.ChannelWait]) -> list[Outgoing]:
    """Attempts on the first channel, from the current one on, that has an address to try."""
    db, batch, now = sending.db, sending.batch, sending.now
    patient = batch.patients[reminder.patient_id]
    reason: Reason = reminder.reason or "no channel is set up"
    for index in range(reminder.channel_index, len(policy)):
        channel = policy[index].channel
        reminder.channel_index = index
        found = targets(batch, reminder, patient, channel)
        if found:
            if reminder.next_channel_at is None:
                reminder.next_channel_at = policies.next_channel_time(policy, index, now, reminder.expires_at)
            return _admitted(sending, reminder, found)
        if batch.went_out(reminder, channel):
            return end(db, reminder, ReminderState.SENT, None, now)
        reason, reminder.next_channel_at = _why_not(sending, reminder, channel), None
    if batch.went_out(reminder):
        return end(db, reminder, ReminderState.UNREACHED, "no device showed it", now)
    return end(db, reminder, ReminderState.FAILED, reason, now)


def _why_not(sending: Sending, reminder: Reminder, channel: ChannelName) -> BlockReason | EndReason:
    """Why the channel has no address for this reminder."""
    patient = sending.batch.patients[reminder.patient_id]
    is_wanted = reminder.staff_id is not None or patient.text_consent_at is not None
    block = text_block(sending.batch, reminder, patient) if channel == ChannelName.TEXT and is_wanted else None
    return block or UNREACHABLE[channel]


def _admitted(sending: Sending, reminder: Reminder, found: Sequence[Target]) -> list[Outgoing]:
    """Attempts on these addresses. If all their services rest, the reminder waits, which does not count as a try."""
    breakers, now = sending.breakers, sending.now
    admitted = [breakers.admit(target.service) for target in found]
    if any(admitted):
        pairs = zip(found, admitted, strict=True)
        return [prepare_attempt(sending, reminder, target, rests=not goes) for target, goes in pairs]
    put_off(reminder, min(breakers.until[target.service] for target in found), now)
    reminder.reason = RESTS
    return []


def put_off(reminder: Reminder, until: datetime, now: datetime) -> None:
    """Claim the reminder again at `until`, or earlier for its next channel. This claim does not count as a try."""
    following = reminder.next_channel_at
    reminder.state, reminder.lease_until, reminder.tries = ReminderState.SCHEDULED, None, reminder.tries - 1
    reminder.next_at = min(until, following) if following and following > now else until


def end(
    db: AsyncSession,
    reminder: Reminder,
    state: Literal[Unsent, ReminderState.SENT],
    reason: Reason | None,
    now: datetime,
) -> list[Outgoing]:
    """Settle a claimed reminder; returns no attempts. A sent one keeps `next_channel_at`.

    The audit log records how an unsent reminder ended; for a sent one, its attempts are the record.
    """
    reminder.state, reminder.reason, reminder.lease_until = state, reason, None
    if state is not ReminderState.SENT:
        audit.record(Work(db, actor.system(reminder.clinic_id), now), ENDED[state], reminder)
    return []
