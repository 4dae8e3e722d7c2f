"""Reminder status for staff: attempts, the derived state, and the not-reached list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.db import Work
from server.reminders import rules, states
from server.reminders.models import Attempt, Reminder
from server.reminders.notices import SUPERSEDED
from server.reminders.reason_words import reason_words
from server.reminders.states import AttemptState, ReminderState

NOT_REACHED = (ReminderState.UNREACHED, ReminderState.FAILED, ReminderState.MISSED)

AHEAD = timedelta(days=8)  # reminders planned for later are not shown yet


@dataclass(frozen=True)
class ReminderStatus:
    """A reminder with its attempts and its derived state."""

    reminder: Reminder
    attempts: list[Attempt]

    @property
    def state(self) -> str:
        if self.reminder.answered_at is not None:
            return AttemptState.ANSWERED
        return states.status_of(self.reminder.state, [attempt.state for attempt in self.attempts])

    @property
    def why(self) -> str:
        """Why it went no further, in the reader's language; "" if nothing is known."""
        return reason_words(self.reminder.reason or "")


async def of_patient(db: AsyncSession, patient_id: str, until: datetime, limit: int = 20) -> list[ReminderStatus]:
    """A patient's newest reminders before `until`, with their attempts, for staff."""
    return await with_attempts(db, await reminders_of_patient(db, patient_id, until, limit))


async def reminders_of_patient(
    db: AsyncSession, patient_id: str, until: datetime, limit: int | None = None
) -> list[Reminder]:
    """A patient's newest reminders before `until`, for staff; `limit` None: all."""
    found = await db.scalars(
        select(Reminder)
        .where(
            Reminder.patient_id == patient_id,
            Reminder.staff_id.is_(None),
            Reminder.reason.is_distinct_from("replanned"),
            Reminder.moment < until,
        )
        .order_by(Reminder.moment.desc())
        .limit(limit)
    )
    return list(found)


async def with_attempts(db: AsyncSession, reminders: list[Reminder]) -> list[ReminderStatus]:
    """Add the attempts. A digest member has those of its carrier."""
    ids = [reminder.carrier_id or reminder.id for reminder in reminders]
    found = await db.scalars(select(Attempt).where(Attempt.reminder_id.in_(ids)).order_by(Attempt.started_at))
    by_reminder: dict[str, list[Attempt]] = {}
    for attempt in found:
        by_reminder.setdefault(attempt.reminder_id, []).append(attempt)
    return [ReminderStatus(reminder, by_reminder.get(reminder.carrier_id or reminder.id, [])) for reminder in reminders]


async def not_reached(work: Work) -> list[Reminder]:
    """Visit reminders that no channel got anyone to see, while a call can still help; soonest expiry first."""
    carrier = aliased(Reminder)
    found = await work.db.scalars(
        select(Reminder)
        .outerjoin(carrier, carrier.id == Reminder.carrier_id)
        .where(
            Reminder.clinic_id == work.actor.clinic_id,
            Reminder.kind.in_(rules.ABOUT_VISITS),
            Reminder.reason.is_distinct_from(SUPERSEDED),
            Reminder.expires_at > work.now,
            Reminder.state.in_(NOT_REACHED)
            | ((Reminder.state == ReminderState.COMBINED) & carrier.state.in_(NOT_REACHED)),
            Reminder.answered_at.is_(None),
        )
        .order_by(Reminder.expires_at)
    )
    return list(found)
