"""End a patient's care in one act, reverse it if it was a mistake, and restore the visits it cancelled (case 117).

Check-in plans end too: the app must never ask how a person is who has died. Answers so far are submitted first. Staff
start each plan again as they do after any other end.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.access import departures
from server.appointments import flow
from server.appointments.appointment_reminders import notify_of_change, replan
from server.appointments.models import Appointment, EndOfCare
from server.appointments.rules import AppointmentStatus
from server.appointments.seen_appointments import cancellation_was_seen
from server.checkins import ended_plans, plans
from server.db import Work
from server.language import gettext as _
from server.people import flow as people
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.rules import Pause
from server.people.rules import PauseReason
from server.reminders import flow as reminders
from server.reminders import pauses
from server.responses.submission import closing

NEWEST_FIRST = (EndOfCare.ended_at.desc(), EndOfCare.pause_reason == PauseReason.HOSPICE)
MAY_BE_CANCELLED = (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED)


async def end(work: Work, patient: Patient, why: PauseReason) -> EndOfCare:
    """Stop all messages, expire pairing codes, end the plans, cancel the visits to come. Nobody gets a message.

    A death may follow hospice care. Recording the same again, or hospice care after a death, changes nothing.
    """
    await people.lock(work.db, patient)
    earlier = await current(work.db, patient)
    if earlier is not None and _changes_nothing(earlier, why):
        return earlier
    await departures.pause(work, patient, why)
    ended = EndOfCare(
        clinic_id=patient.clinic_id, patient_id=patient.id, pause_reason=why, ended_at=work.now, ended_by=work.actor.id
    )
    work.db.add(ended)
    await work.db.flush()
    audit.record(work, "care.ended", ended, why=why)
    for appointment in await to_come(work, patient):
        await flow.mark(work, appointment, AppointmentStatus.CANCELLED)
        await reminders.cancel(work, appointment.id, "paused")  # its notice would go out once a mistake is reversed
        appointment.end_of_care_id = ended.id
    reason = _("The patient has died.") if why == PauseReason.DEATH else _("The patient is in hospice care.")
    for plan in await plans.plans_of(work.db, patient.id):
        await closing.submit_started(work, plan)
        await ended_plans.end(work, plan, reason)
    return ended


def _changes_nothing(earlier: EndOfCare, why: PauseReason) -> bool:
    return earlier.pause_reason in (why, PauseReason.DEATH)


async def is_recorded(db: AsyncSession, patient: Patient, why: PauseReason) -> bool:
    """Whether recording this end of care would change nothing."""
    earlier = await current(db, patient)
    return earlier is not None and _changes_nothing(earlier, why)


async def to_come(work: Work, patient: Patient) -> list[Appointment]:
    """The visits that the end of care cancels."""
    found = select(Appointment).where(
        Appointment.patient_id == patient.id,
        Appointment.status.in_(MAY_BE_CANCELLED),
        Appointment.starts_at > work.now,
    )
    return list(await work.db.scalars(found.order_by(Appointment.starts_at)))


async def shown(db: AsyncSession, patient: Patient) -> EndOfCare | None:
    """The end of care that is in force; if none is, the newest one that was a mistake."""
    found = select(EndOfCare).where(EndOfCare.patient_id == patient.id)
    return await db.scalar(found.order_by(EndOfCare.reversed_at.is_(None).desc(), *NEWEST_FIRST).limit(1))


async def current(db: AsyncSession, patient: Patient) -> EndOfCare | None:
    """The end of care that is in force: a death rather than the hospice care before it."""
    found = select(EndOfCare).where(EndOfCare.patient_id == patient.id, EndOfCare.reversed_at.is_(None))
    return await db.scalar(found.order_by(*NEWEST_FIRST).limit(1))


async def reverse(work: Work, patient: Patient, reason: str) -> bool:
    """Take back a mistake. Visits and plans stay ended until staff restore each of them.

    Messages go out again unless they were paused for another reason, before the mistake or during it, and that pause
    has not reached its end.
    """
    await people.lock(work.db, patient)
    ended = await current(work.db, patient)
    if ended is None:
        return False
    ended.reversed_at, ended.reversed_by, ended.reason = work.now, work.actor.id, reason
    audit.record(work, "care.end-reversed", ended)
    left = await pause_without(work, patient, ended)
    if left is None:
        await pauses.resume(work, patient)
    else:
        await pausing.keep_paused(work, patient, left)
    return True


async def pause_without(work: Work, patient: Patient, mistake: EndOfCare) -> Pause | None:
    """The pause that remains after this mistake is undone: hospice care, or withdrawn consent (case 51)."""
    others = select(EndOfCare.pause_reason).where(
        EndOfCare.patient_id == patient.id, EndOfCare.reversed_at.is_(None), EndOfCare.id != mistake.id
    )
    other = await work.db.scalar(others.order_by(*NEWEST_FIRST).limit(1))
    return Pause(other) if other else patient.former_pause_left(work.now)


async def cancelled(db: AsyncSession, patient: Patient) -> list[Appointment]:
    """The visits that an end of care cancelled and nobody has restored."""
    found = select(Appointment).where(Appointment.patient_id == patient.id, Appointment.end_of_care_id.is_not(None))
    return list(await db.scalars(found.order_by(Appointment.starts_at)))


async def may_restore(work: Work, patient: Patient, appointment: Appointment) -> bool:
    """False if the visit's time has passed or the end of care is in force. The caller has locked both rows."""
    if appointment.end_of_care_id is None or appointment.starts_at <= work.now:
        return False
    return await current(work.db, patient) is None


async def restore(work: Work, patient: Patient, appointment: Appointment) -> bool:
    """Book a cancelled visit again, as it was, if possible. Notify whoever has seen that it was cancelled."""
    if not await may_restore(work, patient, appointment):
        return False
    seen = await cancellation_was_seen(work, appointment)
    appointment.status, appointment.end_of_care_id = AppointmentStatus.BOOKED, None
    appointment.changes += 1
    audit.record(work, "appointment.restored", appointment)
    is_notified = seen and await notify_of_change(work, patient, appointment, seen)
    await replan(work, patient, appointment, announce=not is_notified)
    return True
