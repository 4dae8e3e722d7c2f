"""Move, mark and find appointments. Each change also updates their reminders and check-ins."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.appointments import rules
from server.appointments.appointment_reminders import notify_of_change, replan, tie_check_ins
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.appointments.seen_appointments import was_seen
from server.audit import AuditVerb
from server.checkins import appointment_check_ins
from server.db import Work
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders.states import CancelReason

# Why an appointment with this status needs no reminder.
OVER: dict[AppointmentStatus, CancelReason] = {
    AppointmentStatus.ARRIVED: "arrived",
    AppointmentStatus.CANCELLED: "cancelled",
    AppointmentStatus.FULFILLED: "fulfilled",
    AppointmentStatus.NOSHOW: "noshow",
}
MARKED: dict[AppointmentStatus, AuditVerb] = {
    AppointmentStatus.PROPOSED: "appointment.proposed",
    AppointmentStatus.BOOKED: "appointment.booked",
    AppointmentStatus.ARRIVED: "appointment.arrived",
    AppointmentStatus.FULFILLED: "appointment.fulfilled",
    AppointmentStatus.CANCELLED: "appointment.cancelled",
    AppointmentStatus.NOSHOW: "appointment.noshow",
}


async def move(work: Work, appointment: Appointment, starts: datetime) -> None:
    """Move to another wall time and clear the reply, which was about the old time. Raises BadAppointment."""
    await lock(work.db, appointment)
    if appointment.status not in rules.UPCOMING:
        raise rules.BadAppointment("over")
    patient = await work.db.get_one(Patient, appointment.patient_id)
    rules.check_care(patient.has_care_ended)
    seen, before = await was_seen(work, appointment), appointment.starts
    appointment.starts_at = rules.check_start(starts, appointment.zone, work.now)
    appointment.starts, appointment.status = (
        starts,
        AppointmentStatus.BOOKED,
    )  # an arrived patient comes again another time
    appointment.changes += 1
    appointment.reply = appointment.replied_at = appointment.replied_by = appointment.handled_at = None
    audit.record(work, "appointment.moved", appointment)
    is_notified = await notify_of_change(work, patient, appointment, seen)
    if is_notified:
        appointment.moved_from = before
    if appointment.moved_from == starts:
        appointment.moved_from = None
    await replan(work, patient, appointment, announce=not is_notified)


@dataclass(frozen=True)
class Details:
    """The details of an appointment that can be corrected without moving it; `minutes` is its length."""

    place: str
    minutes: int
    instructions: str | None


async def correct(work: Work, appointment: Appointment, details: Details) -> None:
    """Change place, length and instructions. Notifies at once of a new place or instructions. Raises BadAppointment."""
    await lock(work.db, appointment)
    if appointment.status not in rules.UPCOMING:
        raise rules.BadAppointment("over")
    minutes = rules.check_length(details.minutes)
    before = Details(appointment.place, appointment.minutes, appointment.instructions)
    appointment.place, appointment.minutes, appointment.instructions = details.place, minutes, details.instructions
    changed = staff.fields_changed(asdict(before), asdict(details))
    audit.record(work, "appointment.corrected", appointment, **changed)
    if before == details:
        return
    appointment.changes += 1  # the calendar file shows all three
    if (before.place, before.instructions) == (details.place, details.instructions):
        return
    seen = await was_seen(work, appointment)
    patient = await work.db.get_one(Patient, appointment.patient_id)
    await notify_of_change(work, patient, appointment, seen)
    await replan(work, patient, appointment, announce=False)


async def mark(work: Work, appointment: Appointment, status: AppointmentStatus) -> bool:
    """Set a new status. False if it cannot follow the current one. Raises BadAppointment("care")."""
    await lock(work.db, appointment)
    if not rules.may_become(appointment.status, status):
        return False
    seen, patient = await was_seen(work, appointment), await work.db.get_one(Patient, appointment.patient_id)
    if status == AppointmentStatus.BOOKED:
        rules.check_care(patient.has_care_ended)
    before, appointment.status = appointment.status, status
    appointment.changes += 1
    audit.record(work, MARKED[status], appointment)
    if status in (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW):
        await reminders.cancel(work, appointment.id, OVER[status])
        await appointment_check_ins.cancel_for_appointment(work, appointment.id, OVER[status])
        if status == AppointmentStatus.CANCELLED:
            await notify_of_change(work, patient, appointment, seen)
    elif status in (AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED):
        await reminders.cancel(work, appointment.id, OVER[status])
        if before == AppointmentStatus.NOSHOW:  # set by mistake, which cancelled the check-ins
            await tie_check_ins(work, patient, appointment)
    elif status == AppointmentStatus.BOOKED:  # it was proposed, or marked as arrived by mistake
        await replan(work, patient, appointment, announce=False)
    return True


async def lock(db: AsyncSession, appointment: Appointment) -> None:
    """Lock the row and reload it: concurrent moves and answers wait here."""
    await db.refresh(appointment, with_for_update={"key_share": True})


async def find_locked(work: Work, appointment_id: str) -> Appointment | None:
    """Lock and reload the appointment and its patient: concurrent actions on them wait."""
    appointment = await find(work.db, work.actor, appointment_id)
    if appointment is not None:
        await people.lock(work.db, await work.db.get_one(Patient, appointment.patient_id))
        await lock(work.db, appointment)
    return appointment


async def find(db: AsyncSession, actor: Actor, appointment_id: str) -> Appointment | None:
    """An appointment of the actor's clinic; for a patient or caregiver, only of their own patient."""
    query = select(Appointment).where(Appointment.id == appointment_id, Appointment.clinic_id == actor.clinic_id)
    if actor.kind != ActorKind.STAFF:
        query = query.where(Appointment.patient_id == actor.patient_id)
    return await db.scalar(query)
