"""Upcoming appointments keep their wall time when a clinic changes zone or a country its clock rules (case 11)."""

from datetime import datetime

import structlog
from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.appointments import appointment_reminders, rules
from server.appointments.models import Appointment
from server.checkins import rescheduling as checkins
from server.clock import to_utc
from server.db import Work
from server.people.models import Clinic, Patient

log = structlog.get_logger()


async def recalculate(db: AsyncSession, now: datetime, clinic_id: str | None = None) -> int:
    """Recompute `starts_at` from wall time and the clinic's zone; returns how many appointments changed.

    `clinic_id`: only this clinic's, after it changed its zone.
    """
    rows = await db.execute(
        select(Appointment, Clinic.zone)
        .join(Clinic, Clinic.id == Appointment.clinic_id)
        .where(Appointment.status.in_(rules.UPCOMING), Appointment.starts_at > now)
        .where(Clinic.id == clinic_id if clinic_id else true())
    )
    return sum([await _recalculate_safely(db, appointment, zone, now) for appointment, zone in rows.all()])


async def _recalculate_safely(db: AsyncSession, appointment: Appointment, zone: str, now: datetime) -> bool:
    """Whether the appointment moved. A failure is logged and does not block other appointments (case 157)."""
    appointment_id = appointment.id
    try:
        async with db.begin_nested():
            starts_at = to_utc(appointment.starts, zone)
            moves = (appointment.zone, appointment.starts_at) != (zone, starts_at)
            if moves:
                await _put(db, appointment, zone, starts_at, now)
            await checkins.recalculate_tied(db, appointment.id, appointment.starts, zone, now)
    except Exception as error:
        log.exception("appointment.not-recalculated", appointment=appointment_id, kind=type(error).__name__)
        return False
    return moves


async def _put(db: AsyncSession, appointment: Appointment, zone: str, starts_at: datetime, now: datetime) -> None:
    appointment.zone, appointment.starts_at = zone, starts_at
    appointment.changes += 1
    actor = system(appointment.clinic_id)
    audit.record(Work(db, actor, now), "appointment.recalculated", appointment)
    patient = await db.get_one(Patient, appointment.patient_id)
    await appointment_reminders.remind(Work(db, actor, now), patient, appointment)
