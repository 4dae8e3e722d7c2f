"""Plans: which questionnaire a patient gets, and how often."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.checkins import rules
from server.checkins.models import Plan
from server.checkins.occasions import Timing
from server.db import Work
from server.people.models import Patient


async def plans_of(db: AsyncSession, patient_id: str) -> list[Plan]:
    return list(
        await db.scalars(select(Plan).where(Plan.patient_id == patient_id, Plan.ended_at.is_(None)).order_by(Plan.slug))
    )


async def recurring_of(db: AsyncSession, patient_id: str) -> list[Plan]:
    return [plan for plan in await plans_of(db, patient_id) if plan.rhythm in rules.RECURRING]


async def set_time(work: Work, patient: Patient, at: time) -> None:
    """Set the time of day of the patient's recurring plans. rescheduling.py moves the check-ins that exist already."""
    for plan in await recurring_of(work.db, patient.id):
        plan.at = at.strftime("%H:%M")
        audit.record(work, "plan.timed", plan, at=plan.at)
    await work.db.flush()


def timing_of(plan: Plan) -> Timing:
    return Timing(plan.rhythm, time.fromisoformat(plan.at), datetime.fromisoformat(plan.starts_on).date(), plan.weekday)
