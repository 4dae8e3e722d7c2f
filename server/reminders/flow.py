"""Plan, replan, cancel and address reminders until they are due; notify of a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.people.models import Patient
from server.reminders import rules
from server.reminders.digests.members import release_members
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned, Quiet, ReminderKind, ReminderState

PENDING = (ReminderState.SCHEDULED, ReminderState.SENDING, ReminderState.COMBINED)
NOTIFIED = (ReminderState.SENT, ReminderState.UNREACHED, ReminderState.FAILED, ReminderState.COMBINED)
SUPERSEDED = "superseded by a change"


@dataclass(frozen=True)
class Subject:
    """The subject of reminders, such as a visit, and who gets them."""

    id: str
    patient_id: str
    path: str
    detail: str | None = None
    audience: str = rules.EVERYBODY


async def replan(work: Work, subject: Subject, planned: Sequence[Planned]) -> None:
    """Make the subject's pending reminders exactly `planned`. Sent ones stay as they are."""
    quiet = quiet_of(await work.db.get_one(Patient, subject.patient_id))
    wanted = {(plan.kind, plan.moment): plan for plan in planned}
    for reminder in await of_subject(work.db, subject.id):
        plan = wanted.pop((reminder.kind, reminder.moment), None)
        if reminder.kind == ReminderKind.CHANGE:
            continue  # the notice of a change must still go out
        if plan is None:
            await _cancel(work.db, reminder, "replanned", work.now)
        elif reminder.state in (ReminderState.CANCELLED, *PENDING):
            _renew(reminder, plan, subject, rules.heard_at(plan, quiet, work.now))
    for plan in wanted.values():
        reminder = Reminder(
            clinic_id=work.actor.clinic_id,
            patient_id=subject.patient_id,
            audience=subject.audience,
            kind=plan.kind,
            subject_id=subject.id,
            moment=plan.moment,
            next_at=rules.heard_at(plan, quiet, work.now),
            expires_at=plan.expires_at,
            path=subject.path,
            detail=subject.detail,
        )
        work.db.add(reminder)
        audit.record(work, "reminder.planned", reminder)
    await work.db.flush()
    await _wake_workers(work.db)


def quiet_of(patient: Patient) -> Quiet | None:
    if not patient.quiet_from or not patient.quiet_until:
        return None
    return Quiet(time.fromisoformat(patient.quiet_from), time.fromisoformat(patient.quiet_until), patient.zone)


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


async def _cancel(db: AsyncSession, reminder: Reminder, why: str, now: datetime) -> None:
    if reminder.state in PENDING:
        reminder.state, reminder.reason = ReminderState.CANCELLED, why
        await release_members(db, reminder, now)


async def keep_quiet(work: Work, patient: Patient) -> None:
    """Move the patient's future reminders out of new quiet hours."""
    quiet = quiet_of(patient)
    coming = select(Reminder).where(
        Reminder.patient_id == patient.id,
        Reminder.staff_id.is_(None),
        Reminder.state == ReminderState.SCHEDULED,
        Reminder.tries == 0,
        Reminder.moment > work.now,
    )
    for reminder in await work.db.scalars(coming):
        plan = Planned(reminder.kind, reminder.moment, reminder.expires_at)
        heard_at = rules.heard_at(plan, quiet, work.now)
        if heard_at != reminder.next_at:
            reminder.next_at = heard_at
            audit.record(work, "reminder.moved-by-quiet-hours", reminder)
    await _wake_workers(work.db)


async def keep_all_quiet(db: AsyncSession, now: datetime) -> None:
    """Apply quiet hours again for all patients who have them: the rules of their zone may have changed."""
    for patient in await db.scalars(select(Patient).where(Patient.quiet_from.is_not(None))):
        await keep_quiet(Work(db, system(patient.clinic_id), now), patient)


async def set_audience(work: Work, subject_id: str, audience: str) -> None:
    """Set who gets the reminders of a subject that are still to be sent."""
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state in (ReminderState.SCHEDULED, ReminderState.SENDING) and reminder.audience != audience:
            reminder.audience = audience
            audit.record(work, "reminder.addressed", reminder, audience=audience)


async def cancel(work: Work, subject_id: str, why: str) -> None:
    """Cancel the pending reminders of a subject. Sent ones go to no further channel."""
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state in PENDING:
            await _cancel(work.db, reminder, why, work.now)
            audit.record(work, "reminder.cancelled", reminder, why=why)
        elif reminder.state == ReminderState.SENT:
            reminder.next_channel_at = None  # even if nobody saw it, no other channel follows


@dataclass(frozen=True)
class Notice:
    """Something to send at once: to one device or staff member if given, else to the patient and caregivers."""

    kind: ReminderKind
    patient_id: str
    subject_id: str
    path: str
    expires_at: datetime
    detail: str | None = None
    staff_id: str | None = None
    device_id: str | None = None


async def remind_now(work: Work, notice: Notice) -> Reminder:
    """Send a test, a change or a staff alert at once; the worker picks it up within a second."""
    reminder = Reminder(
        clinic_id=work.actor.clinic_id,
        patient_id=notice.patient_id,
        staff_id=notice.staff_id,
        device_id=notice.device_id,
        audience=notice.staff_id or notice.device_id or rules.EVERYBODY,
        kind=notice.kind,
        subject_id=notice.subject_id,
        moment=work.now,
        next_at=work.now,
        expires_at=notice.expires_at,
        path=notice.path,
        detail=notice.detail,
    )
    work.db.add(reminder)
    await work.db.flush()
    audit.record(work, "reminder.sent-at-once", reminder, kind=notice.kind)
    await _wake_workers(work.db)
    return reminder


async def notify_of_change(work: Work, notice: Notice) -> None:
    """Notify of a change to a subject: end the links of earlier messages, and send a notice if there were any.

    A reminder that a worker is sending right now counts as sent. A new fence number shuts that worker out, so a message
    that has not left yet is written again with the new time.
    """
    found = await _locked(work.db, notice.subject_id)
    notified = [reminder for reminder in found if reminder.state in (*NOTIFIED, ReminderState.SENDING)]
    for reminder in notified:
        if reminder.state == ReminderState.SENDING:
            reminder.state, reminder.lease_until, reminder.fence = ReminderState.SCHEDULED, None, reminder.fence + 1
        else:
            reminder.reason, reminder.next_channel_at = SUPERSEDED, None
        audit.record(work, "reminder.superseded", reminder)
    await _supersede_attempts(work.db, [reminder.id for reminder in found], work.now)
    before = [reminder for reminder in found if reminder.kind == notice.kind]
    for reminder in before:
        if reminder.moment != work.now:
            await _cancel(work.db, reminder, SUPERSEDED, work.now)
        else:
            reminder.expires_at, reminder.detail = notice.expires_at, notice.detail
    twice = any(reminder.moment == work.now for reminder in before)
    if notified and not twice and notice.expires_at > work.now:
        await remind_now(work, notice)


async def _locked(db: AsyncSession, subject_id: str) -> list[Reminder]:
    """Lock the subject's reminders. This waits for a worker that is claiming one, and then sees its claim."""
    query = select(Reminder).where(Reminder.subject_id == subject_id).order_by(Reminder.id)
    found = await db.scalars(query.with_for_update(key_share=True), execution_options={"populate_existing": True})
    return sorted(found, key=lambda reminder: reminder.moment)


async def _supersede_attempts(db: AsyncSession, reminder_ids: Sequence[str], now: datetime) -> None:
    """Mark earlier attempts as superseded: they showed the old state, so their tokens accept no answer any more."""
    await db.execute(
        update(Attempt)
        .where(Attempt.reminder_id.in_(reminder_ids), Attempt.superseded_at.is_(None))
        .values(superseded_at=now)
        .execution_options(synchronize_session=False)
    )


async def _wake_workers(db: AsyncSession) -> None:
    """Wake sleeping workers on commit with NOTIFY on PostgreSQL. On SQLite they notice the write themselves."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(text("NOTIFY reminders"))


async def of_subject(db: AsyncSession, subject_id: str) -> list[Reminder]:
    return list(await db.scalars(select(Reminder).where(Reminder.subject_id == subject_id).order_by(Reminder.moment)))


async def settle(work: Work, subject_id: str) -> None:
    """The subject was answered, on whatever channel: sent reminders count as answered, pending ones are cancelled."""
    await note_answered(work, subject_id)
    await cancel(work, subject_id, "answered")


async def leave_to_patient(work: Work, subject_id: str) -> None:
    """Others answered all but the patient's private questions: remind only the patient's own devices from now on."""
    await note_answered(work, subject_id)
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state == ReminderState.SENT:
            reminder.next_channel_at = None
    await set_audience(work, subject_id, rules.PATIENT_ALONE)


async def leave_to_all(work: Work, subject_id: str) -> None:
    """The answers of others were undone: pending reminders go to everybody again."""
    await set_audience(work, subject_id, rules.EVERYBODY)


async def note_answered(work: Work, subject_id: str) -> None:
    """Mark the subject's sent or failed reminders as answered; pending ones stay."""
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state in NOTIFIED and reminder.answered_at is None:
            reminder.answered_at = work.now
            audit.record(work, "reminder.answered", reminder)
