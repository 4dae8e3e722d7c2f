"""Handle replies that staff would read too late: the clinic is closed, and the visit is soon after it opens (case 142).

The page then says when staff will read the reply and which number to call. We notify the first contact on call at
once, and the next contacts as for an urgent flag, until staff have dealt with the reply, the visit changes, or the
clinic opens. A later reply starts this again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, opening_hours
from server.actor import ActorKind, system
from server.appointments import rules
from server.appointments.models import Appointment
from server.clock import to_utc, to_wall
from server.db import Work
from server.flags import deadlines
from server.flags.escalation import flow as escalation
from server.flags.rules import Severity
from server.opening_hours import or_office_hours
from server.people import on_call
from server.people.models import Clinic, Staff
from server.reminders import notices
from server.reminders.flow import cancel_one
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.states import PENDING, ReminderKind, ReminderState, StaffTask

WORTH_FOR = timedelta(hours=12)
RECENT = timedelta(days=4)  # all rounds of notices are over by then
NEVER = datetime.max.replace(tzinfo=UTC)
NOT_SENT = (ReminderState.FAILED, ReminderState.MISSED)


@dataclass(frozen=True)
class AfterHours:
    """`reads_at`: when the clinic opens, in the patient's zone. `was_notified`: a contact on call was notified."""

    reads_at: datetime | None
    was_notified: bool


async def of(db: AsyncSession, appointment: Appointment, patient_zone: str, now: datetime) -> AfterHours | None:
    """The note on a replied visit about the closed clinic; None if staff will read the reply in time."""
    clinic = await db.get_one(Clinic, appointment.clinic_id)
    if not _is_late(appointment, clinic, now):
        return None
    opens = opening_hours.next_opening(or_office_hours(clinic.staffed_hours), to_wall(now, clinic.zone))
    was_notified = any(notice.state not in NOT_SENT for notice in await notices_of(db, appointment))
    return AfterHours(opens and to_wall(to_utc(opens, clinic.zone), patient_zone), was_notified)


async def notify(work: Work, appointment: Appointment) -> None:
    """Notify the first contact on call of a reply that staff would read too late, once. `escalate` notifies others."""
    clinic = await work.db.get_one(Clinic, appointment.clinic_id)
    if work.actor.kind == ActorKind.STAFF or not _is_late(appointment, clinic, work.now):
        return
    if await notices_of(work.db, appointment):
        return
    contacts = await on_call.order(work.db, clinic.id)
    if not contacts:
        audit.record(work, "appointment.nobody-on-call", appointment)
        return
    await _notify(work, appointment, contacts[0])


async def settle(work: Work, appointment: Appointment) -> None:
    """End the notices of a reply that no longer waits for staff."""
    for notice in await notices_of(work.db, appointment):
        if notice.state in PENDING:
            await cancel_one(work.db, notice, "answered", work.now)
        notice.answered_at, notice.next_channel_at = work.now, None
        audit.record(work, "reminder.settled", notice)


async def escalate(db: AsyncSession, now: datetime) -> int:
    """Notify the next contact of each late reply that nobody has dealt with, at the intervals of an urgent flag."""
    notified = 0
    for appointment in await _waiting(db, now):
        clinic = await db.get_one(Clinic, appointment.clinic_id)
        contacts = await on_call.order(db, clinic.id)
        if not contacts or not _is_late(appointment, clinic, now):
            continue
        sent = await notices_of(db, appointment)
        if _next_at(sent, len(contacts), clinic) <= now:
            work = Work(db, system(clinic.id), now)
            await _notify(work, appointment, contacts[len(sent) % len(contacts)])
            notified += 1
    return notified


async def _waiting(db: AsyncSession, now: datetime) -> list[Appointment]:
    """Visits with late replies, locked for this worker. A visit that is locked already waits for the next tick."""
    noticed = select(Reminder.subject_id).where(
        Reminder.clinic_id.in_(select(Clinic.id)),  # an index finds the reminders of a clinic's staff by their moment
        Reminder.staff_id.is_not(None),
        Reminder.kind == ReminderKind.ON_CALL,
        Reminder.moment > now - RECENT,
    )
    found = await db.scalars(
        select(Appointment)
        .where(
            Appointment.reply.in_(rules.NEED_STAFF),
            Appointment.handled_at.is_(None),
            Appointment.status.in_(rules.UPCOMING),
            Appointment.starts_at > now,
            Appointment.id.in_(noticed),
        )
        .order_by(Appointment.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(found)


def _next_at(sent: Sequence[Reminder], contacts: int, clinic: Clinic) -> datetime:
    """When the next contact is notified: at once if the last notice failed on every channel, unless a round is over."""
    if not sent:
        return NEVER
    last = sent[-1]
    if last.state in NOT_SENT and len(sent) % contacts:
        return last.moment
    hours, wait = escalation.hours_of(clinic), escalation.wait_of(clinic)
    return deadlines.next_contact_at(Severity.URGENT, len(sent), contacts, last.moment, wait, hours) or NEVER


async def _notify(work: Work, appointment: Appointment, contact: Staff) -> None:
    path, until = f"/staff/patients/{appointment.patient_id}", min(work.now + WORTH_FOR, appointment.starts_at)
    about = (ReminderKind.ON_CALL, appointment.patient_id, appointment.id, path, until, StaffTask.CANT_COME)
    await notices.remind_now(work, Notice(*about, staff_id=contact.id))
    audit.record(work, "appointment.contact-notified", appointment, contact=contact.id)


def _is_late(appointment: Appointment, clinic: Clinic, now: datetime) -> bool:
    """Whether the reply needs staff, and they would read it too late."""
    return (
        rules.waits_for_staff(appointment.reply, appointment.handled_at)
        and appointment.status in rules.UPCOMING
        and rules.is_read_late(now, appointment.starts_at, or_office_hours(clinic.staffed_hours), clinic.zone)
    )


async def notices_of(db: AsyncSession, appointment: Appointment) -> list[Reminder]:
    """The notices to contacts on call about the waiting reply, in order, without cancelled ones."""
    found = await db.scalars(
        select(Reminder)
        .where(
            Reminder.subject_id == appointment.id,
            Reminder.kind == ReminderKind.ON_CALL,
            Reminder.state != ReminderState.CANCELLED,
            Reminder.answered_at.is_(None),
        )
        .order_by(Reminder.moment)
    )
    return list(found)
