"""Plans and due check-ins: add plans, generate check-ins ahead, attach them to an appointment, cancel."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins import occasions, rules
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Occasion, Timing
from server.checkins.rules import CheckInState
from server.db import Work, new_id
from server.people.models import Patient
from server.questionnaires.flow import newest
from server.reminders import flow as reminders
from server.reminders.flow import Subject
from server.reminders.rules import EVERYBODY, PATIENT_ALONE, plan_checkin


async def add_plan(work: Work, patient: Patient, slug: str, timing: Timing) -> Plan:
    plan = Plan(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        slug=slug,
        rhythm=timing.rhythm,
        at=timing.at.strftime("%H:%M"),
        weekday=timing.weekday,
        starts_on=timing.starts_on.isoformat(),
    )
    work.db.add(plan)
    await work.db.flush()
    audit.record(work, "plan.added", plan, slug=slug, rhythm=timing.rhythm)
    if timing.rhythm in rules.RECURRING:
        await schedule(work.db, plan, patient, work.now)
    return plan


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


async def schedule_all(db: AsyncSession, now: datetime) -> None:
    """Generate the check-ins of the coming days and their reminders, for every recurring plan."""
    found = await db.execute(
        select(Plan, Patient)
        .join(Patient, Patient.id == Plan.patient_id)
        .where(Plan.ended_at.is_(None), Plan.rhythm.in_(rules.RECURRING))
    )
    for plan, patient in found.all():
        await schedule(db, plan, patient, now)


async def schedule(db: AsyncSession, plan: Plan, patient: Patient, now: datetime) -> None:
    """Generate the plan's check-ins up to AHEAD; those that exist stay as they are."""
    rows = await db.execute(select(CheckIn.due_at, CheckIn.day).where(CheckIn.plan_id == plan.id))
    existing = {mark for row in rows.all() for mark in row}
    for occasion in occasions.occasions(timing_of(plan), patient.zone, now - timedelta(hours=1), now + occasions.AHEAD):
        new = occasion.due_at not in existing and str(occasion.day) not in existing
        if new and occasion.closes_at > now:
            await _make(db, plan, patient, occasion, None, now)


@dataclass(frozen=True)
class TiedTo:
    """The appointment that check-ins are attached to. `starts` is wall time in `zone`."""

    appointment_id: str
    starts: datetime
    zone: str


async def tie(work: Work, patient: Patient, visit: TiedTo) -> None:
    """Create, move or cancel the check-ins before and after an appointment, so that they fit its current time."""
    existing = {c.plan_id: c for c in await waiting(work.db, CheckIn.appointment_id == visit.appointment_id)}
    for plan in await plans_of(work.db, patient.id):
        if plan.rhythm not in rules.TIED:
            continue
        occasion = occasions.around_visit(timing_of(plan), visit.starts, visit.zone, patient.zone, work.now)
        check_in = existing.get(plan.id)
        if occasion is None and check_in is not None:
            await cancel_check_in(work, check_in, "moved")
        elif occasion is not None and check_in is not None:
            check_in.due_at, check_in.closes_at = occasion.due_at, occasion.closes_at
            audit.record(work, "check-in.moved", check_in)
            await remind(work.db, check_in, plan, work.now)
        elif occasion is not None:
            await _make(work.db, plan, patient, occasion, visit.appointment_id, work.now)


async def cancel_for_visit(work: Work, appointment_id: str, why: str) -> None:
    for check_in in await waiting(work.db, CheckIn.appointment_id == appointment_id):
        await cancel_check_in(work, check_in, why)


def timing_of(plan: Plan) -> Timing:
    return Timing(plan.rhythm, time.fromisoformat(plan.at), datetime.fromisoformat(plan.starts_on).date(), plan.weekday)


async def _make(
    db: AsyncSession,
    plan: Plan,
    patient: Patient,
    occasion: Occasion,
    appointment_id: str | None,
    now: datetime,
) -> CheckIn | None:
    questionnaire = await newest(db, patient.clinic_id, plan.slug)
    if questionnaire is None:
        return None
    check_in = CheckIn(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        plan_id=plan.id,
        questionnaire_id=questionnaire.id,
        appointment_id=appointment_id,
        client_id=new_id(),
        day=occasion.day.isoformat() if occasion.day else None,
        due_at=occasion.due_at,
        closes_at=occasion.closes_at,
        state=CheckInState.WAITING,
    )
    db.add(check_in)
    await db.flush()
    audit.record(Work(db, system(patient.clinic_id), now), "check-in.scheduled", check_in)
    await remind(db, check_in, plan, now)
    return check_in


async def remind(db: AsyncSession, check_in: CheckIn, plan: Plan, now: datetime) -> None:
    planned = plan_checkin(check_in.due_at, check_in.closes_at, rules.NUDGES.get(plan.rhythm))
    coming = [plan for plan in planned if plan.expires_at > now]
    audience = PATIENT_ALONE if check_in.left_to_patient else EVERYBODY
    subject = Subject(check_in.id, check_in.patient_id, f"/check-ins/{check_in.id}", audience=audience)
    await reminders.replan(Work(db, system(check_in.clinic_id), now), subject, coming)


async def waiting(db: AsyncSession, which: Any) -> list[CheckIn]:
    return list(await db.scalars(select(CheckIn).where(which, CheckIn.state == CheckInState.WAITING)))


async def cancel_check_in(work: Work, check_in: CheckIn, why: str) -> None:
    check_in.state = CheckInState.CANCELLED
    audit.record(work, "check-in.cancelled", check_in, why=why)
    await reminders.cancel(work, check_in.id, why)
