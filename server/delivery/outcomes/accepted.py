"""Record that all attempts of a reminder were accepted: the common outcome, written for many reminders at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from itertools import chain

from sqlalchemy import Integer, String, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.channels.protocol import Outcome, Result
from server.db.id_lists import given, is_among
from server.delivery.attempts import Outgoing
from server.reminders.models import Attempt, Reminder
from server.reminders.states import AttemptState, ReminderState

Done = list[tuple[Outgoing, Outcome]]
UNDECIDED = (AttemptState.SENDING, AttemptState.UNKNOWN)  # a receipt may arrive before the response


ATTEMPTS_ACCEPTED = (
    update(Attempt)
    .where(is_among(Attempt.id, given()))
    .values(
        state=case((Attempt.state.in_(UNDECIDED), AttemptState.ACCEPTED), else_=Attempt.state),
        status=bindparam("got_status", type_=Integer()),
        reason=bindparam("got_reason", type_=String()),
        accepted_at=func.coalesce(Attempt.accepted_at, bindparam("at", type_=Attempt.accepted_at.type)),
    )
    .execution_options(synchronize_session=False)
)
REMINDERS_SENT = (
    update(Reminder)
    .where(
        is_among(Reminder.id, given()),
        Reminder.state == ReminderState.SENDING,
        Reminder.fence == bindparam("ours", type_=Integer()),
    )
    .values(state=ReminderState.SENT, reason=None, lease_until=None)
    .execution_options(synchronize_session=False)
)


def is_accepted(pairs: Done) -> bool:
    return all(outcome.result is Result.ACCEPTED for _, outcome in pairs)


async def write_accepted(db: AsyncSession, groups: dict[str, Done], now: datetime) -> Done:
    """Record the outcomes, by reminder id, of reminders whose attempts were all accepted.

    A reminder that another worker has claimed meanwhile (higher fence) is left alone. Returns the outcomes that were
    not written because another transaction has locked their rows.
    """
    if not groups:
        return []
    locked = await _locked(db, groups)
    attempts: defaultdict[tuple[int | None, str], list[str]] = defaultdict(list)
    reminders: defaultdict[int, list[str]] = defaultdict(list)
    for reminder_id in groups.keys() - locked:
        reminders[groups[reminder_id][0][0].fence].append(reminder_id)
        for outgoing, outcome in groups[reminder_id]:
            attempts[outcome.status, outcome.reason].append(outgoing.attempt_id)
    for (status, reason), ids in attempts.items():
        got = {"got_status": status, "got_reason": reason or None}
        await db.execute(ATTEMPTS_ACCEPTED, {"ids": ids, "at": now} | got)
    for fence, ids in reminders.items():
        await db.execute(REMINDERS_SENT, {"ids": ids, "ours": fence})
    return list(chain.from_iterable(groups[reminder_id] for reminder_id in groups if reminder_id in locked))


async def _locked(db: AsyncSession, groups: dict[str, Done]) -> set[str]:
    """The reminders with a row that another transaction has locked. SQLite has no row locks."""
    if db.get_bind().dialect.name == "sqlite":
        return set()
    reminders = await _lock(db, Reminder, groups.keys())
    ids = {reminder_id: {outgoing.attempt_id for outgoing, _ in groups[reminder_id]} for reminder_id in reminders}
    attempts = await _lock(db, Attempt, set(chain.from_iterable(ids.values())))
    return groups.keys() - {reminder_id for reminder_id in reminders if ids[reminder_id] <= attempts}


async def _lock(db: AsyncSession, table: type[Attempt] | type[Reminder], ids: Collection[str]) -> set[str]:
    """Lock the rows that nobody else has locked, and return their ids."""
    found = select(table.id).where(is_among(table.id, ids)).order_by(table.id)
    return set(await db.scalars(found.with_for_update(key_share=True, skip_locked=True)))
