"""Book, move, mark and answer appointments. Each change also updates their reminders and check-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit
from server.actor import Actor, ActorKind
from server.appointments import rules
from server.appointments.models import Appointment, Series
from server.appointments.rules import AppointmentStatus, VisitChanged
from server.checkins import flow as checkins
from server.checkins.flow import TiedTo
from server.db import Work
from server.delivery import receipts
from server.people.models import Clinic, Patient
from server.reminders import flow as reminders
from server.reminders import notices, settlement
from server.reminders.flow import Subject
from server.reminders.message_text import VisitDetail
from server.reminders.notices import Notice
from server.reminders.rules import Planned, plan_visit
from server.reminders.states import ReminderKind, Reply


@dataclass(frozen=True)
class NewVisit:
    starts: datetime  # wall time in the clinic's zone
    minutes: int = 60
    place: str = ""
    instructions: str | None = None


@dataclass(frozen=True)
class NewSeries:
    """`count` appointments on these weekdays, all with the time, length, place and instructions of `first`."""

    first: NewVisit
    weekdays: frozenset[int]
    count: int


async def book(
    work: Work,
    patient: Patient,
    new: NewVisit,
    series: Series | None = None,
) -> Appointment:
    """Book one appointment. Raises BadVisit before it stores anything."""
    clinic = await work.db.get_one(Clinic, patient.clinic_id)
    appointment = Appointment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        series_id=series.id if series else None,
        starts=new.starts,
        zone=clinic.zone,
        starts_at=rules.check_start(new.starts, clinic.zone, work.now),
        minutes=new.minutes,
        place=new.place or clinic.address,
        instructions=new.instructions,
        status=AppointmentStatus.BOOKED,
    )
    work.db.add(appointment)
    await work.db.flush()
    audit.record(work, "appointment.booked", appointment)
    await _carry_along(work, patient, appointment)
    return appointment


async def book_series(work: Work, patient: Patient, new: NewSeries) -> list[Appointment]:
    """Book the whole series. On BadVisit nothing is booked, because the caller rolls its transaction back."""
    days = rules.series_days(new.first.starts.date(), new.weekdays, new.count)
    series = Series(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        count=new.count,
        weekdays="".join(str(day) for day in sorted(new.weekdays)),
        made_at=work.now,
    )
    work.db.add(series)
    await work.db.flush()
    audit.record(work, "series.booked", series, count=new.count)
    hour = new.first.starts.time()
    return [await book(work, patient, _on(new.first, datetime.combine(day, hour)), series) for day in days]


def _on(new: NewVisit, starts: datetime) -> NewVisit:
    return NewVisit(starts, new.minutes, new.place, new.instructions)


async def move(work: Work, appointment: Appointment, starts: datetime) -> None:
    """Move to another wall time and clear the reply, which was about the old time. Raises BadVisit."""
    await lock(work.db, appointment)
    if appointment.status not in rules.UPCOMING:
        raise rules.BadVisit("over")
    appointment.starts_at = rules.check_start(starts, appointment.zone, work.now)
    appointment.starts, appointment.status = (
        starts,
        AppointmentStatus.BOOKED,
    )  # an arrived patient comes again another time
    appointment.changes += 1
    appointment.reply = appointment.replied_at = appointment.replied_by = appointment.handled_at = None
    audit.record(work, "appointment.moved", appointment)
    patient = await work.db.get_one(Patient, appointment.patient_id)
    await _tell_change(work, patient, appointment)
    await _carry_along(work, patient, appointment)


async def mark(work: Work, appointment: Appointment, status: AppointmentStatus) -> bool:
    """Set a new status. False if that cannot follow from the current one."""
    await lock(work.db, appointment)
    if not rules.may_become(appointment.status, status):
        return False
    appointment.status = status
    appointment.changes += 1
    audit.record(work, f"appointment.{status}", appointment)
    if status in (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW):
        await reminders.cancel(work, appointment.id, status)
        await checkins.cancel_for_visit(work, appointment.id, status)
        if status == AppointmentStatus.CANCELLED:
            patient = await work.db.get_one(Patient, appointment.patient_id)
            await _tell_change(work, patient, appointment)
    elif status in (AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED):
        await reminders.cancel(work, appointment.id, status)
    return True


async def answer(work: Work, appointment: Appointment, reply: Reply, shown: str | None = None) -> None:
    """Record the reply "coming", "cant" or "another". A later reply replaces an earlier one.

    `shown` is the `Appointment.shown` that the page sends back; None if the answer came another way. Raises
    VisitChanged if it was moved or is no longer upcoming: an answer counts only for the time on screen (case 88).
    """
    await lock(work.db, appointment)
    if appointment.status not in rules.UPCOMING or (shown is not None and not _is_shown(appointment, shown)):
        raise VisitChanged(rules.read_time_shown(shown or ""))
    appointment.reply, appointment.replied_at, appointment.replied_by = reply, work.now, work.actor.kind
    appointment.handled_at = None
    audit.record(work, "appointment.answered", appointment, reply=reply)
    await settlement.note_answered(work, appointment.id)
    patient = await work.db.get_one(Patient, appointment.patient_id)
    await remind(work, patient, appointment)


async def lock(db: AsyncSession, appointment: Appointment) -> None:
    """Lock the row and reload it: concurrent moves and answers wait here."""
    await db.refresh(appointment, with_for_update={"key_share": True})


def _is_shown(appointment: Appointment, shown: str) -> bool:
    """Whether the page showed the current time. A page that sends nothing counts if the appointment never changed."""
    return shown == appointment.shown or (shown == "" and appointment.changes == 0)


async def answer_by_token(db: AsyncSession, token: str, reply: Reply, now: datetime) -> Appointment | None:
    """Record an answer from a notification. The token is valid for this appointment's reminder only; else None."""
    appointment = await visit_for_token(db, token, now)
    if appointment is None:
        return None
    await lock(db, appointment)  # wait for a concurrent move: it invalidates the token
    reminder = await receipts.redeem(db, token, now)
    if reminder is None or appointment.status not in rules.UPCOMING or appointment.starts_at <= now:
        return None
    await answer(Work(db, Actor(ActorKind.PATIENT, reminder.patient_id, reminder.clinic_id), now), appointment, reply)
    return appointment


async def visit_for_token(db: AsyncSession, token: str, now: datetime) -> Appointment | None:
    """The appointment that a link in an email or text is about; None once it can no longer be answered."""
    reminder = await receipts.reminder_for_token(db, token)
    appointment = await db.get(Appointment, reminder.subject_id) if reminder else None
    if appointment is None or appointment.status not in rules.UPCOMING or appointment.starts_at <= now:
        return None
    return appointment


async def handle_reply(work: Work, appointment: Appointment) -> None:
    """Note that staff dealt with an "I can't come"."""
    appointment.handled_at = work.now
    audit.record(work, "appointment.handled", appointment)


async def _carry_along(work: Work, patient: Patient, appointment: Appointment) -> None:
    await remind(work, patient, appointment)
    await checkins.tie(work, patient, TiedTo(appointment.id, appointment.starts, appointment.zone))


async def remind(
    work: Work,
    patient: Patient,
    appointment: Appointment,
    wanted: Sequence[Planned] | None = None,
) -> None:
    """Plan the appointment's reminders: none if the patient can't come, which staff see on their list."""
    if appointment.reply not in (None, Reply.COMING):
        wanted = []
    elif wanted is None:
        wanted = plan_visit(appointment.starts, appointment.zone, work.now)
    subject = Subject(appointment.id, patient.id, f"/visits/{appointment.id}", _detail(appointment))
    await reminders.replan(work, subject, wanted)


async def _tell_change(work: Work, patient: Patient, appointment: Appointment) -> None:
    """Notify of a move or a cancellation at once, if anyone was reminded of the old time."""
    path, detail = f"/visits/{appointment.id}", _detail(appointment)
    notice = Notice(ReminderKind.CHANGE, patient.id, appointment.id, path, appointment.starts_at, detail)
    await notices.notify_of_change(work, notice)


def _detail(appointment: Appointment) -> str:
    """The details for notifications of people who chose to see them there."""
    is_cancelled = appointment.status == AppointmentStatus.CANCELLED
    return VisitDetail(appointment.starts, appointment.place, is_cancelled).to_json()


async def find(db: AsyncSession, actor: Actor, appointment_id: str) -> Appointment | None:
    """An appointment of the actor's clinic; for a patient or caregiver, only of their own patient."""
    query = select(Appointment).where(Appointment.id == appointment_id, Appointment.clinic_id == actor.clinic_id)
    if actor.kind != ActorKind.STAFF:
        query = query.where(Appointment.patient_id == actor.patient_id)
    return await db.scalar(query)
