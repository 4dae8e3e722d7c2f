"""Move the reminders that are still to come out of a patient's quiet hours."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.db import Work
from server.people.models import Patient
from server.reminders.flow import wake_workers
from server.reminders.models import Reminder
from server.reminders.quiet_hours import rules as quiet_hours
from server.reminders.quiet_hours.rules import read_quiet
from server.reminders.rules import Planned
from server.reminders.states import ReminderState


async def apply_quiet_hours(work: Work, patient: Patient) -> None:
    """Move the patient's future reminders out of new quiet hours."""
    quiet = read_quiet(patient.quiet_from, patient.quiet_until, patient.zone)
    coming = select(Reminder).where(
        Reminder.patient_id == patient.id,
        Reminder.staff_id.is_(None),
        Reminder.state == ReminderState.SCHEDULED,
        Reminder.tries == 0,
        Reminder.moment > work.now,
    )
    for reminder in await work.db.scalars(coming):
        plan = Planned(reminder.kind, reminder.moment, reminder.expires_at)
        heard_at = quiet_hours.heard_at(plan, quiet, work.now)
        if heard_at != reminder.next_at:
            reminder.next_at = heard_at
            audit.record(work, "reminder.moved-by-quiet-hours", reminder)
    await wake_workers(work.db)


async def apply_all_quiet_hours(db: AsyncSession, now: datetime) -> None:
    """Apply quiet hours again for all patients who have them: the rules of their zone may have changed."""
    for patient in await db.scalars(select(Patient).where(Patient.quiet_from.is_not(None))):
        await apply_quiet_hours(Work(db, system(patient.clinic_id), now), patient)
