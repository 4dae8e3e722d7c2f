"""End a check-in plan with a reason, undo that, list ended plans."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor
from server.audit import AuditEvent
from server.checkins import flow, plans, rules
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.models import Patient

PLAN_ENDED: Final = "plan-ended"


async def end(work: Work, plan: Plan, reason: str) -> bool:
    """End the plan and cancel its open check-ins. False if a colleague ended it first."""
    await work.db.refresh(plan, with_for_update={"key_share": True})
    if plan.ended_at is not None:
        return False
    plan.ended_at, plan.ended_by, plan.end_reason = work.now, work.actor.id, reason or None
    audit.record(work, "plan.ended", plan)
    for check_in in await flow.waiting(work.db, CheckIn.plan_id == plan.id):
        await flow.cancel_check_in(work, check_in, PLAN_ENDED)
    return True


async def resume(work: Work, plan: Plan, patient: Patient) -> bool:
    """Undo the end of a plan and reopen the check-ins that it cancelled, unless they have closed since.

    False if the plan is in force, or if another plan now asks this questionnaire: we ask nobody twice.
    """
    await work.db.refresh(plan, with_for_update={"key_share": True})
    if plan.ended_at is None or any(other.slug == plan.slug for other in await plans.plans_of(work.db, patient.id)):
        return False
    cancelled = await _check_ins_ended_with(work.db, plan)
    plan.ended_at = plan.ended_by = plan.end_reason = None
    audit.record(work, "plan.resumed", plan)
    for check_in in cancelled:
        if check_in.closes_at > work.now:
            check_in.state = CheckInState.WAITING
            audit.record(work, "check-in.resumed", check_in)
            await flow.remind(work.db, check_in, plan, work.now)
    if plan.rhythm in rules.RECURRING:
        await flow.schedule(work.db, plan, patient, work.now)
    return True


async def _check_ins_ended_with(db: AsyncSession, plan: Plan) -> list[CheckIn]:
    """The check-ins that were cancelled when the plan ended."""
    events = select(AuditEvent.subject_id, AuditEvent.detail).where(
        AuditEvent.verb == "check-in.cancelled", AuditEvent.at == plan.ended_at
    )
    ids = [subject_id for subject_id, detail in await db.execute(events) if detail.get("why") == PLAN_ENDED]
    found = select(CheckIn).where(
        CheckIn.id.in_(ids), CheckIn.plan_id == plan.id, CheckIn.state == CheckInState.CANCELLED
    )
    return list(await db.scalars(found))


async def of_patient(db: AsyncSession, patient_id: str) -> list[Plan]:
    """The patient's ended plans, the one that ended last first."""
    found = select(Plan).where(Plan.patient_id == patient_id, Plan.ended_at.is_not(None))
    return list(await db.scalars(found.order_by(Plan.ended_at.desc(), Plan.id)))


async def find(db: AsyncSession, actor: Actor, patient_id: str, plan_id: str) -> Plan | None:
    """The plan, in force or ended; None if it is not this patient's."""
    which = (Plan.id == plan_id, Plan.patient_id == patient_id, Plan.clinic_id == actor.clinic_id)
    return await db.scalar(select(Plan).where(*which))
