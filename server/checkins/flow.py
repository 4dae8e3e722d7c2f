"""Check-ins: generate them ahead for each plan, with their reminders; cancel them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import system
from server.checkins import occasions, rules
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Occasion, Timing
from server.checkins.plans import timing_of
from server.checkins.rules import CheckInState
from server.db import Work, new_id
from server.people.models import Patient
from server.questionnaires.flow import definition_of, newest
from server.reminders import flow as reminders
from server.reminders.flow import Subject
from server.reminders.rules import EVERYBODY, PATIENT_ALONE, plan_checkin
from server.reminders.states import Audience, CancelReason


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


async def schedule_all(db: AsyncSession, now: datetime) -> None:
    """Generate the check-ins of the coming days and their reminders, for every recurring plan."""
    await _cancel_unreadable(db, now)
    found = await db.execute(
        select(Plan, Patient)
        .join(Patient, Patient.id == Plan.patient_id)
        .where(Plan.ended_at.is_(None), Plan.rhythm.in_(rules.RECURRING))
    )
    for plan, patient in found.all():
        await schedule(db, plan, patient, now)


async def _cancel_unreadable(db: AsyncSession, now: datetime) -> None:
    """Cancel waiting check-ins whose questionnaire Interlude can no longer ask, and their reminders (case 111)."""
    found = select(CheckIn.questionnaire_id).where(CheckIn.state == CheckInState.WAITING).distinct()
    for questionnaire_id in list(await db.scalars(found)):
        if (await definition_of(db, questionnaire_id)).refused_because:
            for check_in in await waiting(db, CheckIn.questionnaire_id == questionnaire_id):
                await cancel_check_in(Work(db, system(check_in.clinic_id), now), check_in, "cancelled")


async def schedule(db: AsyncSession, plan: Plan, patient: Patient, now: datetime) -> None:
    """Generate the plan's check-ins up to AHEAD; existing check-ins stay as they are.

    Leaves out occasions that the patient has answered for an ended plan of the same questionnaire.
    """
    answered = CheckIn.state.in_((CheckInState.DONE, CheckInState.PARTIAL)) & Plan.ended_at.is_not(None)
    rows = await db.execute(
        select(CheckIn.due_at, CheckIn.day)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .where(CheckIn.patient_id == patient.id, Plan.slug == plan.slug, (Plan.id == plan.id) | answered)
    )
    existing = {mark for row in rows.all() for mark in row}
    for occasion in occasions.occasions(timing_of(plan), patient.zone, now - timedelta(hours=1), now + occasions.AHEAD):
        new = occasion.due_at not in existing and str(occasion.day) not in existing
        if new and occasion.closes_at > now:
            await make_check_in(db, plan, patient, occasion, None, now)


async def make_check_in(
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
    patient = await db.get_one(Patient, check_in.patient_id)
    nudge_at = occasions.nudge_at(plan.rhythm, check_in.due_at, patient.zone)
    planned = plan_checkin(check_in.due_at, check_in.closes_at, nudge_at)
    coming = [plan for plan in planned if plan.expires_at > now]
    audience: Audience = PATIENT_ALONE if check_in.left_to_patient else EVERYBODY
    subject = Subject(check_in.id, check_in.patient_id, f"/check-ins/{check_in.id}", audience=audience)
    await reminders.replan(Work(db, system(check_in.clinic_id), now), subject, coming)


async def waiting(db: AsyncSession, which: Any) -> list[CheckIn]:
    return list(await db.scalars(select(CheckIn).where(which, CheckIn.state == CheckInState.WAITING)))


async def cancel_check_in(work: Work, check_in: CheckIn, why: CancelReason) -> None:
    check_in.state = CheckInState.CANCELLED
    audit.record(work, "check-in.cancelled", check_in, why=why)
    await reminders.cancel(work, check_in.id, why)
