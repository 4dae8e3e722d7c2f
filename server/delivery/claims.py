"""Claim due reminders with one UPDATE (lease and fencing token), then add a row for each attempt.

If a worker dies in between, its attempts stay in `sending`; the next claim marks them `unknown`. We repeat an unknown
push, which shows once because it has the same tag; we never repeat an unknown text or email.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from server.channels.protocol import ChannelName
from server.crypto import MissingKey
from server.db.id_lists import is_among
from server.delivery import circuit_breakers
from server.delivery.attempts import Outgoing, insert_attempts
from server.delivery.batch import look_up, patients_of
from server.delivery.channel_choice import attempts_of, end
from server.delivery.messages import Sending
from server.people.models import Patient
from server.reminders import rules
from server.reminders.digests.flow import combine
from server.reminders.digests.members import release_members
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptReason, AttemptState, ReminderState

BATCH = 100  # a larger batch keeps patients' answers waiting: SQLite has one writer
AT, UNTIL, BEYOND = (bindparam(name, type_=Reminder.next_at.type) for name in ("at", "until", "beyond"))
WORKER_STOPPED: AttemptReason = "the worker stopped before it knew"


async def claim_due(db: AsyncSession, now: datetime, limit: int = BATCH) -> list[Reminder]:
    """Claim reminders whose lease has expired, then due ones. No other worker gets them while the lease lasts.

    These are two statements, because each reads its part of an index in order and stops at the limit. One statement for
    both would sort all that is due.
    """
    until = now + rules.LEASE
    times = {"at": now, "until": until}
    claimed = list(await db.scalars(CLAIM_EXPIRED, times | {"beyond": until + rules.CLOCK_SLACK, "most": limit}))
    return claimed + list(await db.scalars(CLAIM_DUE, times | {"most": limit - len(claimed)}))


def _claim(state: ColumnElement[bool]) -> ReturningUpdate[Reminder]:
    """The statement that claims due reminders in this state, the earliest first."""
    due = (
        select(Reminder.id)
        .join(Patient, Patient.id == Reminder.patient_id)  # lock the patient: one worker at a time builds the digest
        .where(state, Reminder.next_at <= AT)
        .order_by(Reminder.next_at)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True, key_share=True, of=[Reminder, Patient])
    )
    return (
        update(Reminder)
        .where(Reminder.id.in_(due))
        .values(state=ReminderState.SENDING, lease_until=UNTIL, fence=Reminder.fence + 1, tries=Reminder.tries + 1)
        .returning(Reminder)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


# A lease beyond LEASE came from a clock that was ahead, and would block the reminder for long.
IS_OVER = or_(Reminder.lease_until <= AT, Reminder.lease_until > BEYOND)
CLAIM_EXPIRED = _claim((Reminder.state == ReminderState.SENDING) & IS_OVER)
CLAIM_DUE = _claim(Reminder.state == ReminderState.SCHEDULED)


async def write_attempts(
    db: AsyncSession,
    claimed: Sequence[Reminder],
    now: datetime,
    base_url: str,
    able: Collection[str] = (ChannelName.PUSH,),
) -> list[Outgoing]:
    """Decide the next step of each claimed reminder, and add the attempts' rows. Returns the attempts to send.

    Nothing is sent for a reminder that is too late, paused or unreachable.
    """
    await _mark_unknown(db, [reminder for reminder in claimed if reminder.was_claimed_before])
    patients = await patients_of(db, claimed)
    digests = await combine(db, claimed, patients, now)
    going = digests.going
    with db.no_autoflush:  # all changes are written at once below
        batch = await look_up(db, digests, patients)
        breakers = await circuit_breakers.look_up(db, batch.push_services(), now)
    sending = Sending(db, batch, now, base_url, breakers)
    outgoing: list[Outgoing] = []
    for reminder in going:
        try:
            outgoing += attempts_of(sending, reminder, able)
        except (ValueError, MissingKey):  # one row that cannot be decrypted must not block the others
            end(db, reminder, ReminderState.FAILED, "its row does not open", now)
    for reminder in going:
        if reminder.state not in (ReminderState.SENDING, ReminderState.SENT, ReminderState.SCHEDULED):
            await release_members(db, reminder, now)
    await circuit_breakers.give_back(db, breakers, now)
    await db.flush()
    await insert_attempts(sending)
    return outgoing


async def _mark_unknown(db: AsyncSession, claimed: Sequence[Reminder]) -> None:
    """Mark attempts that an earlier worker left in `sending`: they may have gone out. See `Batch.is_busy`."""
    if not claimed:
        return
    left = select(Attempt.id).where(
        is_among(Attempt.reminder_id, [reminder.id for reminder in claimed]), Attempt.state == AttemptState.SENDING
    )
    await db.execute(
        update(Attempt)
        .where(Attempt.id.in_(left.with_for_update(key_share=True, skip_locked=True)))
        .values(state=AttemptState.UNKNOWN, reason=WORKER_STOPPED)
    )


async def next_due(db: AsyncSession) -> datetime | None:
    """When a tick next has something to do; None if nothing is planned."""
    scheduled = select(func.min(Reminder.next_at)).where(Reminder.state == ReminderState.SCHEDULED)
    leased = select(func.min(Reminder.lease_until)).where(Reminder.state == ReminderState.SENDING)
    next_channels = select(func.min(Reminder.next_channel_at)).where(Reminder.state == ReminderState.SENT)
    moments = [await db.scalar(query) for query in (scheduled, leased, next_channels)]
    return min((moment for moment in moments if moment is not None), default=None)
