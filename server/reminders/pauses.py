"""End a pause, on its day or by hand. Reminders that fell due during it never go out: no flood (cases 19, 107)."""

from datetime import datetime, timedelta

from sqlalchemy import Date, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.db.id_lists import given, is_among
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses import rules
from server.people.pauses.rules import Pause
from server.reminders.models import Reminder
from server.reminders.states import ReminderState

AHEAD = timedelta(days=1)  # no zone is so far ahead of UTC
WAITING = (ReminderState.SCHEDULED, ReminderState.SENDING)
NEAR = select(Patient.id, Patient.zone, Patient.paused_until).where(
    Patient.paused_until <= bindparam("day", type_=Date())
)
UNLOCKED = select(Patient).where(is_among(Patient.id, given())).with_for_update(key_share=True, skip_locked=True)


async def end_over(db: AsyncSession, now: datetime) -> int:
    """End the pauses whose last day has passed in the patient's zone; return how many.

    The sender calls this before it claims. A patient whose row is locked has to wait for the next call.
    """
    near = await db.execute(NEAR, {"day": (now + AHEAD).date()})
    over = [patient_id for patient_id, zone, until in near.all() if rules.is_over(until, zone, now)]
    if not over:
        return 0
    unlocked = await db.scalars(UNLOCKED, {"ids": over}, execution_options={"populate_existing": True})
    ended = [patient for patient in unlocked if patient.is_pause_over(now)]
    for patient in ended:
        await _end_by_itself(Work(db, system(patient.clinic_id), now), patient)
    return len(ended)


async def _end_by_itself(work: Work, patient: Patient) -> None:
    if patient.pause_reason is None or patient.paused_until is None:
        return
    await _end_what_fell_due(work, patient, rules.begins(patient.paused_until, patient.zone))
    await pausing.resume(work, patient, Pause(patient.pause_reason, patient.paused_until))


async def resume(work: Work, patient: Patient) -> None:
    """End the pause by hand."""
    await _end_what_fell_due(work, patient, work.now)
    await pausing.resume(work, patient)


async def _end_what_fell_due(work: Work, patient: Patient, before: datetime) -> None:
    """End the reminders that the worker would have ended during the pause, and the members of their digests.

    A reminder sent before the pause goes to no other channel. One that quiet hours brought forward into the pause goes
    out at its own moment, if that comes after the pause.
    """
    fell_due = or_(
        and_(Reminder.state.in_(WAITING), Reminder.next_at < before),
        and_(Reminder.state == ReminderState.SENT, Reminder.next_channel_at < before),
    )
    to_patient = Reminder.patient_id == patient.id, Reminder.staff_id.is_(None)
    found = list(await work.db.scalars(select(Reminder).where(*to_patient, fell_due).with_for_update(key_share=True)))
    waiting = [reminder for reminder in found if reminder.state in WAITING]
    ended = [reminder for reminder in waiting if reminder.moment < before]
    for reminder in waiting:
        if reminder.moment >= before:
            reminder.state, reminder.next_at, reminder.lease_until = ReminderState.SCHEDULED, reminder.moment, None
    if ended:
        is_member = is_among(Reminder.carrier_id, [reminder.id for reminder in ended])
        ended += await work.db.scalars(select(Reminder).where(is_member, Reminder.state == ReminderState.COMBINED))
    for reminder in ended:
        reminder.state, reminder.reason, reminder.lease_until = ReminderState.CANCELLED, "paused", None
        audit.record(work, "reminder.cancelled", reminder, why="paused")
    for reminder in found:
        reminder.next_channel_at = None
