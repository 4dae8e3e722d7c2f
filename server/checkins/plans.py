"""Plans: which questionnaire a patient gets, and how often."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.checkins import rules
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Timing, occasions
from server.db import Work
from server.people.models import Patient

LONGEST_WAIT = timedelta(days=40)  # a monthly plan asks again within this time


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


async def next_due(work: Work, patient: Patient, in_force: Sequence[Plan]) -> dict[str, datetime]:
    """Plan id → when its open check-in fell due or its next one will. Leaves out plans that wait for an appointment."""
    found = await work.db.execute(
        select(CheckIn.plan_id, func.min(CheckIn.due_at))
        .where(
            CheckIn.patient_id == patient.id, CheckIn.state == rules.CheckInState.WAITING, CheckIn.closes_at > work.now
        )
        .group_by(CheckIn.plan_id)
    )
    due = {plan_id: due_at for plan_id, due_at in found.all()}
    for plan in in_force:
        ahead = occasions(timing_of(plan), patient.zone, work.now, work.now + LONGEST_WAIT)
        if plan.id not in due and ahead:
            due[plan.id] = ahead[0].due_at
    return due


def timing_of(plan: Plan) -> Timing:
    return Timing(plan.rhythm, time.fromisoformat(plan.at), datetime.fromisoformat(plan.starts_on).date(), plan.weekday)
