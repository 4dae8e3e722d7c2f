"""Upcoming check-ins keep their wall time when a patient changes zone or a country changes its clocks."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins import flow, occasions, plans
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Occasion
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.models import Patient


async def recalculate(db: AsyncSession, now: datetime, patient_id: str | None = None) -> int:
    """Recompute recurring check-ins from their day and the plan's time, in the patient's zone; how many moved."""
    coming = (
        select(CheckIn, Plan, Patient)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.due_at > now, CheckIn.day.is_not(None))
    )
    rows = await db.execute(coming.where(CheckIn.patient_id == patient_id) if patient_id else coming)
    moved = 0
    for check_in, plan, patient in rows.all():
        occasion = occasions.occasion_on(plans.timing_of(plan), date.fromisoformat(check_in.day or ""), patient.zone)
        moved += await _put(db, check_in, plan, occasion, now)
    return moved


async def recalculate_tied(db: AsyncSession, appointment_id: str, starts: datetime, zone: str, now: datetime) -> int:
    """Recompute the check-ins of an appointment that starts at wall time `starts` in `zone`; returns how many moved."""
    rows = await db.execute(
        select(CheckIn, Plan, Patient)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .join(Patient, Patient.id == CheckIn.patient_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.due_at > now, CheckIn.appointment_id == appointment_id)
    )
    moved = 0
    for check_in, plan, patient in rows.all():
        occasion = occasions.around_appointment(plans.timing_of(plan), starts, zone, patient.zone, now)
        moved += await _put(db, check_in, plan, occasion, now)
    return moved


async def _put(db: AsyncSession, check_in: CheckIn, plan: Plan, occasion: Occasion | None, now: datetime) -> bool:
    if occasion is None or occasion == Occasion(check_in.due_at, check_in.closes_at):
        return False
    check_in.due_at, check_in.closes_at = occasion.due_at, occasion.closes_at
    audit.record(Work(db, system(check_in.clinic_id), now), "check-in.recalculated", check_in)
    await db.flush()
    await flow.remind(db, check_in, plan, now)
    return True
