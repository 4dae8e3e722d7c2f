"""Replies to appointments, from a page, a notification or a link, and how staff deal with them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import SOMEONE, ActorKind
from server.appointments import rules
from server.appointments.appointment_reminders import remind
from server.appointments.flow import lock
from server.appointments.models import Appointment
from server.appointments.replies import after_hours
from server.appointments.rules import AnsweredMeanwhile, AppointmentChanged
from server.audit import AuditEvent
from server.db import Work
from server.delivery import receipts
from server.people import staff
from server.people.models import Caregiver, Patient
from server.reminders import settlement
from server.reminders.states import Reply


@dataclass(frozen=True)
class Page:
    """The marks of the page that an answer came from: `Appointment.shown` and `Appointment.replied_mark`.

    A page from a former version sends no mark of the reply: "".
    """

    shown: str
    replied: str


async def answer(work: Work, appointment: Appointment, reply: Reply, page: Page | None = None) -> None:
    """Record the reply "coming", "cant" or "another". A later reply replaces an earlier one.

    `page` is None if the answer came another way. Raises AppointmentChanged if the appointment was moved or is no
    longer upcoming: an answer counts only for the time on screen (case 88). Raises AnsweredMeanwhile if somebody else
    has given a different reply since the page was shown.
    """
    await lock(work.db, appointment)
    if appointment.status not in rules.UPCOMING or (page is not None and not _is_shown(appointment, page.shown)):
        raise AppointmentChanged(rules.read_time_shown(page.shown if page else ""))
    if page is not None and appointment.reply != reply and await _was_answered_meanwhile(work, appointment, page):
        raise AnsweredMeanwhile
    if reply not in rules.NEED_STAFF or not rules.waits_for_staff(appointment.reply, appointment.handled_at):
        await after_hours.settle(work, appointment)
    appointment.reply, appointment.replied_at = reply, work.now
    appointment.replied_by = None if work.actor.id == SOMEONE else work.actor.kind
    appointment.handled_at = None
    audit.record(work, "appointment.answered", appointment, reply=reply)
    await settlement.note_answered(work, appointment.id)
    patient = await work.db.get_one(Patient, appointment.patient_id)
    await remind(work, patient, appointment)
    await after_hours.notify(work, appointment)


def _is_shown(appointment: Appointment, shown: str) -> bool:
    """Whether the page showed the current time. A page that sends nothing counts if the appointment never changed."""
    return shown == appointment.shown or (shown == "" and appointment.changes == 0)


async def _was_answered_meanwhile(work: Work, appointment: Appointment, page: Page) -> bool:
    """Whether somebody else has replied since the page was shown, not the same person on another phone."""
    if page.replied in ("", appointment.replied_mark):
        return False
    latest = await staff.latest_change(work.db, work.actor, ("appointment.answered",), appointment.id)
    return latest is not None and not latest.is_own


async def caregiver_who_replied(db: AsyncSession, appointment: Appointment) -> str:
    """The name of the caregiver whose reply counts; "" if somebody else replied, or we know only the phone."""
    if appointment.replied_by != ActorKind.CAREGIVER:
        return ""
    replied = select(AuditEvent).where(
        AuditEvent.subject_id == appointment.id, AuditEvent.verb == "appointment.answered"
    )
    event = await db.scalar(replied.order_by(AuditEvent.at.desc(), AuditEvent.id).limit(1))
    caregiver = await db.get(Caregiver, event.actor_id) if event else None
    return caregiver.name if caregiver else ""


async def answer_by_token(db: AsyncSession, token: str, reply: Reply, now: datetime) -> Appointment | None:
    """Record an answer from a notification. The token is valid only for this appointment's reminder; None otherwise."""
    appointment = await appointment_for_token(db, token, now)
    if appointment is None:
        return None
    await lock(db, appointment)  # wait for a concurrent move: it invalidates the token
    reminder = await receipts.redeem(db, token, now)
    if reminder is None or not rules.may_reply(appointment.status, appointment.starts_at, now):
        return None
    await answer(Work(db, await receipts.recipient(db, token), now), appointment, reply)
    return appointment


async def appointment_for_token(db: AsyncSession, token: str, now: datetime) -> Appointment | None:
    """The appointment that a link in an email or text is about; None once it can no longer be answered."""
    reminder = await receipts.reminder_for_token(db, token)
    appointment = await db.get(Appointment, reminder.subject_id) if reminder else None
    if appointment is None or not rules.may_reply(appointment.status, appointment.starts_at, now):
        return None
    return appointment


async def handle_reply(work: Work, appointment: Appointment) -> None:
    """Record that staff have dealt with the reply."""
    appointment.handled_at = work.now
    await after_hours.settle(work, appointment)
    audit.record(work, "appointment.handled", appointment)
