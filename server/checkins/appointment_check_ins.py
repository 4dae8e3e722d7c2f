"""Keep the check-ins before and after an appointment in step with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server import audit
from server.checkins import occasions, rules
from server.checkins.flow import cancel_check_in, make_check_in, remind, waiting
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Occasion
from server.checkins.plans import plans_of, timing_of
from server.db import Work
from server.people.models import Patient
from server.reminders.states import CancelReason


@dataclass(frozen=True)
class TiedTo:
    """The appointment that check-ins are attached to. `starts` is wall time in `zone`."""

    appointment_id: str
    starts: datetime
    zone: str


async def attach_to_appointment(work: Work, patient: Patient, appointment: TiedTo, only: Plan | None = None) -> None:
    """Create, move or cancel the check-ins before and after an appointment, so that they fit its current time.

    `only`: limits this to the check-ins of one plan, which has just begun.
    """
    standing = await _not_cancelled(work, appointment.appointment_id)
    existing = {each.plan_id: each for each in standing if each.state == rules.CheckInState.WAITING}
    for plan in [only] if only else await plans_of(work.db, patient.id):
        if plan.rhythm not in rules.TIED:
            continue
        occasion = occasions.around_appointment(
            timing_of(plan), appointment.starts, appointment.zone, patient.zone, work.now
        )
        check_in = existing.get(plan.id)
        if occasion is not None and any(_was_due(each, plan, occasion, work.now) for each in standing):
            continue
        if occasion is None and check_in is not None:
            await cancel_check_in(work, check_in, "moved")
        elif occasion is not None and check_in is not None:
            check_in.due_at, check_in.closes_at = occasion.due_at, occasion.closes_at
            audit.record(work, "check-in.moved", check_in)
            await remind(work.db, check_in, plan, work.now)
        elif occasion is not None and not await _was_answered_to_another(work, plan, appointment, occasion):
            await make_check_in(work.db, plan, patient, occasion, appointment.appointment_id, work.now)


async def _not_cancelled(work: Work, appointment_id: str) -> list[CheckIn]:
    found = select(CheckIn).where(
        CheckIn.appointment_id == appointment_id, CheckIn.state != rules.CheckInState.CANCELLED
    )
    return list(await work.db.scalars(found))


def _was_due(check_in: CheckIn, plan: Plan, occasion: Occasion, now: datetime) -> bool:
    """Whether we have already asked the patient about this time of the appointment (case 108)."""
    return check_in.plan_id == plan.id and check_in.closes_at == occasion.closes_at and check_in.due_at <= now


async def _was_answered_to_another(work: Work, plan: Plan, appointment: TiedTo, occasion: Occasion) -> bool:
    """Whether the patient has answered the same questions about this time for a plan that has ended (case 156)."""
    found = (
        select(CheckIn.id)
        .join(Plan, Plan.id == CheckIn.plan_id)
        .where(
            CheckIn.appointment_id == appointment.appointment_id,
            CheckIn.closes_at == occasion.closes_at,
            CheckIn.state.in_((rules.CheckInState.DONE, rules.CheckInState.PARTIAL)),
            Plan.slug == plan.slug,
            Plan.ended_at.is_not(None),
        )
    )
    return await work.db.scalar(found.limit(1)) is not None


async def cancel_for_appointment(work: Work, appointment_id: str, why: CancelReason) -> None:
    for check_in in await waiting(work.db, CheckIn.appointment_id == appointment_id):
        await cancel_check_in(work, check_in, why)
