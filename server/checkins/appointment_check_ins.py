"""Keep the check-ins before and after an appointment in step with it."""

from dataclasses import dataclass
from datetime import datetime

from server import audit
from server.checkins import occasions, rules
from server.checkins.flow import cancel_check_in, make_check_in, remind, waiting
from server.checkins.models import CheckIn
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


async def tie(work: Work, patient: Patient, appointment: TiedTo) -> None:
    """Create, move or cancel the check-ins before and after an appointment, so that they fit its current time."""
    existing = {c.plan_id: c for c in await waiting(work.db, CheckIn.appointment_id == appointment.appointment_id)}
    for plan in await plans_of(work.db, patient.id):
        if plan.rhythm not in rules.TIED:
            continue
        occasion = occasions.around_appointment(
            timing_of(plan), appointment.starts, appointment.zone, patient.zone, work.now
        )
        check_in = existing.get(plan.id)
        if occasion is None and check_in is not None:
            await cancel_check_in(work, check_in, "moved")
        elif occasion is not None and check_in is not None:
            check_in.due_at, check_in.closes_at = occasion.due_at, occasion.closes_at
            audit.record(work, "check-in.moved", check_in)
            await remind(work.db, check_in, plan, work.now)
        elif occasion is not None:
            await make_check_in(work.db, plan, patient, occasion, appointment.appointment_id, work.now)


async def cancel_for_appointment(work: Work, appointment_id: str, why: CancelReason) -> None:
    for check_in in await waiting(work.db, CheckIn.appointment_id == appointment_id):
        await cancel_check_in(work, check_in, why)
