"""Keep the reminders and check-ins of an appointment in step with it, and notify people of its changes."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from server.appointments.models import Appointment
from server.appointments.rules import UPCOMING, AppointmentStatus
from server.checkins import appointment_check_ins
from server.checkins.appointment_check_ins import TiedTo
from server.checkins.models import Plan
from server.checkins.rules import TIED
from server.db import Work
from server.people.models import Patient
from server.reminders import flow as reminders
from server.reminders import notices
from server.reminders.flow import Subject
from server.reminders.message_text import AppointmentDetail
from server.reminders.notices import Notice
from server.reminders.rules import Planned, plan_appointment
from server.reminders.states import ReminderKind, Reply

STILL_ASKED = timedelta(days=3)  # the check-in after an appointment has closed by then


async def replan(work: Work, patient: Patient, appointment: Appointment, announce: bool = True) -> None:
    """Replan the appointment's reminders and tied check-ins after it was booked or moved.

    `announce`: notify at once if it starts so soon that no reminder would come (case 154).
    """
    wanted = plan_appointment(appointment.starts, appointment.zone, work.now)
    if announce and not wanted and appointment.starts_at > work.now:
        wanted = [Planned(ReminderKind.VISIT, work.now, appointment.starts_at)]
    await remind(work, patient, appointment, wanted)
    await tie_check_ins(work, patient, appointment)


async def tie_check_ins(work: Work, patient: Patient, appointment: Appointment, only: Plan | None = None) -> None:
    tied_to = TiedTo(appointment.id, appointment.starts, appointment.zone)
    await appointment_check_ins.attach_to_appointment(work, patient, tied_to, only)


async def tie_plan(work: Work, patient: Patient, plan: Plan) -> None:
    """Create the plan's check-ins around the appointments that were booked before the plan began."""
    if plan.rhythm not in TIED:
        return
    found = select(Appointment).where(
        Appointment.patient_id == patient.id,
        Appointment.status.in_((*UPCOMING, AppointmentStatus.FULFILLED)),
        Appointment.starts_at > work.now - STILL_ASKED,
    )
    for appointment in await work.db.scalars(found.order_by(Appointment.starts_at)):
        await tie_check_ins(work, patient, appointment, plan)


async def remind(
    work: Work,
    patient: Patient,
    appointment: Appointment,
    wanted: Sequence[Planned] | None = None,
) -> None:
    """Plan the appointment's reminders: none after "can't come" or "another time", which staff see on a list."""
    if appointment.reply not in (None, Reply.COMING):
        wanted = []
    elif wanted is None:
        wanted = plan_appointment(appointment.starts, appointment.zone, work.now)
    subject = Subject(appointment.id, patient.id, f"/visits/{appointment.id}", _detail(appointment))
    await reminders.replan(work, subject, wanted)


async def notify_of_change(work: Work, patient: Patient, appointment: Appointment, was_seen: bool) -> bool:
    """Notify of a move or a cancellation at once, if anyone knows of the old time; returns whether a notice was sent.

    `was_seen`: whether the patient or a caregiver has seen the appointment in the app.
    """
    path, detail = f"/visits/{appointment.id}", _detail(appointment)
    notice = Notice(ReminderKind.CHANGE, patient.id, appointment.id, path, appointment.starts_at, detail)
    return await notices.notify_of_change(work, notice, was_seen)


def _detail(appointment: Appointment) -> str:
    """The details for notifications, for people who chose to see details there."""
    is_cancelled = appointment.status == AppointmentStatus.CANCELLED
    return AppointmentDetail(appointment.starts, appointment.place, is_cancelled).to_json()
