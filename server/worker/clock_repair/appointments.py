"""Restore check-ins and reminders of upcoming visits that ended early because the clock was ahead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.actor import system
from server.appointments import appointment_reminders, rules
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState
from server.clock import EPOCH
from server.db import Work
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders import states
from server.reminders.models import Reminder
from server.reminders.rules import Planned, plan_appointment
from server.reminders.states import ReminderKind, ReminderState, Reply
from server.worker.clock_repair import check_ins as check_in_repair
from server.worker.clock_repair import reminders as reminder_repair

AT_ONCE = 500
NOT_ATTENDED = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)


async def restore_appointments(db: AsyncSession, now: datetime) -> int:
    """Reopen check-ins around visits and replan visit reminders that ended too early; return how many."""
    return await _reopen_tied(db, now) + await _plan_missed(db, now)


async def _reopen_tied(db: AsyncSession, now: datetime) -> int:
    """Reopen check-ins, unless the visit was cancelled or was moved, which created a new check-in."""
    other = aliased(CheckIn)
    follows = exists().where(
        other.plan_id == CheckIn.plan_id,
        other.appointment_id == CheckIn.appointment_id,
        other.id != CheckIn.id,
        other.state != CheckInState.CANCELLED,
    )
    found = await db.scalars(
        select(CheckIn)
        .join(Appointment, Appointment.id == CheckIn.appointment_id)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .where(
            check_in_repair.closed_early(now),
            Appointment.status.not_in(NOT_ATTENDED),
            Plan.ended_at.is_(None),
            ~follows,
        )
        .order_by(CheckIn.closes_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True, of=CheckIn)
    )
    return sum([await check_in_repair.reopen(db, check_in, now) for check_in in list(found)])


async def _plan_missed(db: AsyncSession, now: datetime) -> int:
    """Replan reminders that were marked missed although they have not expired."""
    early = exists().where(
        Reminder.subject_id == Appointment.id,
        Reminder.kind == ReminderKind.VISIT,
        Reminder.state == ReminderState.MISSED,
        Reminder.expires_at > now,
    )
    rows = await db.execute(
        select(Appointment, Patient)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            Appointment.status.in_(rules.UPCOMING),
            Appointment.starts_at > now,
            Appointment.reply.is_(None) | (Appointment.reply == Reply.COMING),
            Patient.paused_at.is_(None),
            early,
        )
        .order_by(Appointment.starts_at)
        .limit(AT_ONCE)
    )
    restored = 0
    for appointment, patient in rows.all():
        actor = system(appointment.clinic_id)
        released = await reminder_repair.release_missed(Work(db, actor, now), appointment.id)
        pending = [one for one in await reminders.of_subject(db, appointment.id) if one.state in states.PENDING]
        wanted = _still_useful(appointment, [*released, *pending], now)
        await appointment_reminders.remind(Work(db, actor, now), patient, appointment, wanted)
        restored += len(released)
    return restored


def _still_useful(appointment: Appointment, unsaid: Sequence[Reminder], now: datetime) -> list[Planned]:
    """The visit's reminders to plan. One whose moment passed while the clock was wrong is sent late."""
    moments = {reminder.moment for reminder in unsaid}
    planned = plan_appointment(appointment.starts, appointment.zone, EPOCH)
    return [plan for plan in planned if plan.expires_at > now and (plan.moment >= now or plan.moment in moments)]
