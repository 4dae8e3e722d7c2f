"""A reply that staff would read too late: the clinic is closed, and the visit is soon after it opens (case 142).

The page then says when staff read it and which number to call, and the contact on call is notified at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, opening_hours
from server.actor import ActorKind
from server.appointments import rules
from server.appointments.models import Appointment
from server.clock import to_utc, to_wall
from server.db import Work
from server.opening_hours import OFFICE_HOURS
from server.people import on_call
from server.people.models import Clinic
from server.reminders import notices
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.states import PENDING, ReminderKind, ReminderState, Reply, StaffTask

WORTH_FOR = timedelta(hours=12)
NEED_STAFF = (Reply.CANT_COME, Reply.ANOTHER_TIME)


@dataclass(frozen=True)
class AfterHours:
    """`reads_at`: when the clinic opens, as the patient's clocks show it. `was_notified`: a contact on call was."""

    reads_at: datetime | None
    was_notified: bool


async def of(db: AsyncSession, appointment: Appointment, patient_zone: str, now: datetime) -> AfterHours | None:
    """What the page of a replied visit says about the closed clinic; None if staff will read the reply in time."""
    clinic = await db.get_one(Clinic, appointment.clinic_id)
    if not _is_late(appointment, clinic, now):
        return None
    opens = opening_hours.next_opening(clinic.staffed_hours or OFFICE_HOURS, to_wall(now, clinic.zone))
    notices = await notices_of(db, appointment)
    return AfterHours(opens and to_wall(to_utc(opens, clinic.zone), patient_zone), bool(notices))


async def notify(work: Work, appointment: Appointment) -> None:
    """Notify the first contact on call of a reply that staff would read too late, once."""
    clinic = await work.db.get_one(Clinic, appointment.clinic_id)
    if work.actor.kind == ActorKind.STAFF or not _is_late(appointment, clinic, work.now):
        return
    if await notices_of(work.db, appointment):
        return
    contacts = await on_call.order(work.db, clinic.id)
    if not contacts:
        audit.record(work, "appointment.nobody-on-call", appointment)
        return
    path, until = f"/staff/patients/{appointment.patient_id}", min(work.now + WORTH_FOR, appointment.starts_at)
    about = (ReminderKind.ON_CALL, appointment.patient_id, appointment.id, path, until, StaffTask.CANT_COME)
    await notices.remind_now(work, Notice(*about, staff_id=contacts[0].id))
    audit.record(work, "appointment.contact-notified", appointment, contact=contacts[0].id)


def _is_late(appointment: Appointment, clinic: Clinic, now: datetime) -> bool:
    """Whether the reply needs staff, and they would read it late."""
    return (
        appointment.reply in NEED_STAFF
        and appointment.handled_at is None
        and appointment.status in rules.UPCOMING
        and rules.is_read_late(now, appointment.starts_at, clinic.staffed_hours or OFFICE_HOURS, clinic.zone)
    )


async def notices_of(db: AsyncSession, appointment: Appointment) -> list[Reminder]:
    """The notices of this visit to a contact on call that went out or will."""
    found = await db.scalars(
        select(Reminder).where(
            Reminder.subject_id == appointment.id,
            Reminder.kind == ReminderKind.ON_CALL,
            Reminder.state.in_((*PENDING, ReminderState.SENT)),
        )
    )
    return list(found)
