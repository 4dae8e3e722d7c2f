"""Plan, replan, cancel and address reminders until they are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.db import Work
from server.people.models import Patient
from server.reminders import rules
from server.reminders.digests.members import release_members
from server.reminders.models import Reminder
from server.reminders.quiet_hours import rules as quiet_hours
from server.reminders.rules import Planned
from server.reminders.states import PENDING, Audience, CancelReason, ReminderKind, ReminderState


@dataclass(frozen=True)
class Subject:
    """The subject of reminders, such as a visit, and who gets them."""

    id: str
    patient_id: str
    path: str
    detail: str | None = None
    audience: Audience = rules.EVERYBODY


async def replan(work: Work, subject: Subject, planned: Sequence[Planned]) -> None:
    """Make the subject's pending reminders exactly `planned`. Sent ones stay as they are."""
    patient = await work.db.get_one(Patient, subject.patient_id)
    quiet = quiet_hours.read_quiet(patient.quiet_from, patient.quiet_until, patient.zone)
    wanted = {(plan.kind, plan.moment): plan for plan in planned}
    for reminder in await of_subject(work.db, subject.id):
        plan = wanted.pop((reminder.kind, reminder.moment), None)
        if reminder.kind == ReminderKind.CHANGE:
            continue  # the notice of a change must still go out
        if plan is None:
            await cancel_one(work.db, reminder, "replanned", work.now)
        elif reminder.state in (ReminderState.CANCELLED, *PENDING):
            _renew(reminder, plan, subject, quiet_hours.heard_at(plan, quiet, work.now))
    for plan in wanted.values():
        reminder = Reminder(
            clinic_id=work.actor.clinic_id,
            patient_id=subject.patient_id,
            audience=subject.audience,
            kind=plan.kind,
            subject_id=subject.id,
            moment=plan.moment,
            next_at=quiet_hours.heard_at(plan, quiet, work.now),
            expires_at=plan.expires_at,
            path=subject.path,
            detail=subject.detail,
        )
        work.db.add(reminder)
        audit.record(work, "reminder.planned", reminder)
    await work.db.flush()
    await wake_workers(work.db)


def _renew(reminder: Reminder, plan: Planned, subject: Subject, heard_at: datetime) -> None:
    """Update text and expiry; the time too, unless sending has begun."""
    if reminder.state == ReminderState.CANCELLED:
        reminder.state, reminder.reason = ReminderState.SCHEDULED, None
        reminder.channel_index, reminder.next_channel_at, reminder.tries = 0, None, 0
        reminder.carrier_id = reminder.notified_at = None
    if reminder.state == ReminderState.SCHEDULED and reminder.tries == 0:
        reminder.next_at = heard_at
    reminder.expires_at, reminder.path, reminder.detail = plan.expires_at, subject.path, subject.detail
    reminder.audience = subject.audience


async def cancel_one(db: AsyncSession, reminder: Reminder, why: CancelReason, now: datetime) -> None:
    """Cancel a pending reminder; the caller records the change that this is part of."""
    if reminder.state in PENDING:
        reminder.state, reminder.reason = ReminderState.CANCELLED, why
        await release_members(db, reminder, now)


async def set_audience(work: Work, subject_id: str, audience: Audience) -> None:
    """Set who gets the unsent reminders of a subject."""
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state in (ReminderState.SCHEDULED, ReminderState.SENDING) and reminder.audience != audience:
            reminder.audience = audience
            audit.record(work, "reminder.addressed", reminder, audience=audience)


async def cancel(work: Work, subject_id: str, why: CancelReason) -> None:
    """Cancel the pending reminders of a subject. Sent ones go to no further channel."""
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state in PENDING:
            await cancel_one(work.db, reminder, why, work.now)
            audit.record(work, "reminder.cancelled", reminder, why=why)
        elif reminder.state == ReminderState.SENT:
            reminder.next_channel_at = None  # even if nobody saw it, no other channel follows


async def wake_workers(db: AsyncSession) -> None:
    """Wake sleeping workers on commit with NOTIFY on PostgreSQL. On SQLite they notice the write themselves."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(text("NOTIFY reminders"))


async def of_subject(db: AsyncSession, subject_id: str) -> list[Reminder]:
    return list(await db.scalars(select(Reminder).where(Reminder.subject_id == subject_id).order_by(Reminder.moment)))
