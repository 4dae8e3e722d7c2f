"""Record the outcome of each attempt and decide the next step: a retry, the next channel, or the call list."""

import random
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Subscription
from server.access.rules import SubscriptionEnd
from server.channels.addresses import PushAddress
from server.channels.protocol import ChannelName, Outcome, Result
from server.db.id_lists import is_among
from server.delivery import circuit_breakers
from server.delivery.attempts import Outgoing
from server.delivery.channel_choice import end
from server.delivery.outcomes.accepted import Done, is_accepted, write_accepted
from server.reminders import rules
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState, ServiceWords

Row = TypeVar("Row", Attempt, Reminder)
STATES = {Result.ACCEPTED: AttemptState.ACCEPTED, Result.UNKNOWN: AttemptState.UNKNOWN}


async def write_outcomes(db: AsyncSession, done: Done, now: datetime, waits: bool = False) -> Done:
    """Record each outcome. A reminder that another worker has claimed meanwhile (higher fence) is left alone.

    Returns the outcomes that were not written because another transaction has locked their rows. With `waits` it waits
    for those rows instead, in the order of their ids, and returns none.
    """
    groups = by_reminder(done)
    accepted = {} if waits else {key: pairs for key, pairs in groups.items() if is_accepted(pairs)}
    locked = await write_accepted(db, accepted, now)
    locked += await _write_each(db, {key: groups[key] for key in groups if key not in accepted}, now, waits)
    away = {outgoing.attempt_id for outgoing, _ in locked}
    await _tell_breakers(db, [pair for pair in done if pair[0].attempt_id not in away], now)
    return locked


def by_reminder(done: Done) -> dict[str, Done]:
    """Group the outcomes by reminder: together they decide its next step."""
    groups: dict[str, Done] = {}
    for outgoing, outcome in done:
        groups.setdefault(outgoing.reminder_id, []).append((outgoing, outcome))
    return groups


async def _write_each(db: AsyncSession, groups: dict[str, Done], now: datetime, waits: bool) -> Done:
    """Record these outcomes row by row; see `write_outcomes`."""
    if not groups:
        return []
    reminders = await _rows(db, Reminder, list(groups), waits)
    mine = [each.attempt_id for key, pairs in groups.items() for each, _ in pairs if waits or key in reminders]
    attempts = await _rows(db, Attempt, mine, waits)
    written: Done = []
    locked: Done = []
    for reminder_id, pairs in groups.items():
        free = waits or (reminder_id in reminders and all(outgoing.attempt_id in attempts for outgoing, _ in pairs))
        (written if free else locked).extend(pairs)
    for outgoing, outcome in written:
        if outgoing.attempt_id in attempts:
            await _write_attempt(db, attempts[outgoing.attempt_id], outcome, now)
    for reminder_id, pairs in by_reminder(written).items():
        reminder = reminders.get(reminder_id)
        if reminder is not None and reminder.state == ReminderState.SENDING and reminder.fence == pairs[0][0].fence:
            _write_reminder(db, reminder, pairs, now)
    return locked


async def _rows(db: AsyncSession, table: type[Row], ids: list[str], waits: bool) -> dict[str, Row]:
    """Lock the rows and reload them, because receipts may change them concurrently."""
    found = select(table).where(is_among(table.id, ids)).order_by(table.id)
    lock = found.with_for_update(key_share=True, skip_locked=not waits)
    return {row.id: row for row in await db.scalars(lock, execution_options={"populate_existing": True})}


async def _write_attempt(db: AsyncSession, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    attempt.status = outcome.status
    attempt.reason = ServiceWords(outcome.reason) if outcome.reason else None
    if attempt.state in (AttemptState.SENDING, AttemptState.UNKNOWN):  # a receipt may arrive before the response
        attempt.state = STATES.get(outcome.result, AttemptState.FAILED)
    if outcome.result is Result.ACCEPTED:
        attempt.accepted_at = attempt.accepted_at or now
    if outcome.result is Result.GONE and attempt.subscription_id:
        await _end_subscription(db, attempt.subscription_id, now)


async def _tell_breakers(db: AsyncSession, done: Done, now: datetime) -> None:
    """Report the outcomes to the circuit breakers in order. A try without an HTTP status was not made."""
    for outgoing, outcome in done:
        if isinstance(outgoing.address, PushAddress) and outcome.result is Result.REFUSED and outcome.status:
            await circuit_breakers.note_refusal(db, outgoing.service, outgoing.subscription_id, outcome.status, now)
    taken = {outgoing.service for outgoing, outcome in done if outcome.result is Result.ACCEPTED}
    if taken:
        await circuit_breakers.note_taken(db, taken)


async def _end_subscription(db: AsyncSession, subscription_id: str, now: datetime) -> None:
    """End the subscription, also for the other patients on the same phone (case 97)."""
    endpoint = select(Subscription.endpoint_hash).where(Subscription.id == subscription_id).scalar_subquery()
    same = Subscription.endpoint_hash == endpoint
    for subscription in list(await db.scalars(select(Subscription).where(same, Subscription.ended_at.is_(None)))):
        subscription.ended_at, subscription.end_reason = now, SubscriptionEnd.GONE


def _write_reminder(db: AsyncSession, reminder: Reminder, pairs: Done, now: datetime) -> None:
    again = [outcome for outgoing, outcome in pairs if _may_try_again(outgoing, outcome)]
    if again and reminder.tries < rules.MOST_TRIES:
        reminder.state, reminder.lease_until = ReminderState.SCHEDULED, None
        wait = now + _wait(reminder.tries, again)
        following = reminder.next_channel_at
        reminder.next_at = min(wait, following) if following and following > now else wait
    elif any(outcome.result in (Result.ACCEPTED, Result.UNKNOWN) for _, outcome in pairs):
        end(db, reminder, ReminderState.SENT, None, now)
    else:
        _next_channel(reminder, pairs[0][1], now)


def _may_try_again(outgoing: Outgoing, outcome: Outcome) -> bool:
    """Whether to try this channel again. A repeated push shows once; a repeated text or email shows twice."""
    match outcome.result:
        case Result.LATER | Result.REFUSED:
            return True
        case Result.UNKNOWN:
            return outgoing.channel == ChannelName.PUSH
        case Result.ACCEPTED | Result.GONE | Result.REJECTED:
            return False
        case _:
            assert_never(outcome.result)


def _next_channel(reminder: Reminder, outcome: Outcome, now: datetime) -> None:
    """No address on this channel accepted it: schedule the next channel. Without one, the next claim ends it."""
    reminder.state, reminder.lease_until, reminder.tries = ReminderState.SCHEDULED, None, 0
    reminder.channel_index, reminder.next_channel_at, reminder.next_at = reminder.channel_index + 1, None, now
    reminder.reason = ServiceWords(outcome.reason[:60] or outcome.result.value)


def _wait(tries: int, again: list[Outcome]) -> timedelta:
    asked = max((outcome.retry_after or 0.0 for outcome in again), default=0.0)
    if any(outcome.result is Result.REFUSED for outcome in again):
        asked = max(asked, rules.REFUSED_WAIT)
    if any(outcome.result is Result.UNKNOWN for outcome in again):
        asked = max(asked, rules.LEASE.total_seconds())  # give its receipt this long to arrive first
    return rules.backoff(tries, asked, random.random())  # noqa: S311  # jitter, not a secret
