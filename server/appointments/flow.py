"""The verbs about visits: book, series, move, cancel, mark, answer. Each carries its reminders and check-ins along."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, language
from server.actor import Actor
from server.appointments import rules
from server.appointments.models import Appointment, Series
from server.checkins import flow as checkins
from server.people.models import Clinic, Patient
from server.reminders import flow as reminders
from server.reminders.rules import plan_visit


@dataclass(frozen=True)
class NewVisit:
    starts: datetime  # wall time in the clinic's zone
    minutes: int = 60
    place: str = ""
    instructions: str | None = None


async def book(
    db: AsyncSession,
    actor: Actor,
    patient: Patient,
    new: NewVisit,
    now: datetime,
    series: Series | None = None,
) -> Appointment:
    """Raises BadVisit; nothing is booked then."""
    clinic = await db.get_one(Clinic, patient.clinic_id)
    appointment = Appointment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        series_id=series.id if series else None,
        starts=new.starts,
        zone=clinic.zone,
        starts_at=rules.check_start(new.starts, clinic.zone, now),
        minutes=new.minutes,
        place=new.place or clinic.address,
        instructions=new.instructions,
        status="booked",
    )
    db.add(appointment)
    await db.flush()
    audit.record(db, actor, "appointment.booked", appointment, now)
    await _carry_along(db, actor, patient, appointment, now)
    return appointment


async def book_series(
    db: AsyncSession,
    actor: Actor,
    patient: Patient,
    new: NewVisit,
    weekdays: frozenset[int],
    count: int,
    now: datetime,
) -> list[Appointment]:
    """All of the series or, on BadVisit, none of it (the caller's transaction rolls back)."""
    days = rules.series_days(new.starts.date(), weekdays, count)
    series = Series(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        count=count,
        weekdays="".join(str(day) for day in sorted(weekdays)),
        made_at=now,
    )
    db.add(series)
    await db.flush()
    audit.record(db, actor, "series.booked", series, now, count=count)
    hour = new.starts.time()
    return [await book(db, actor, patient, _on(new, datetime.combine(day, hour)), now, series) for day in days]


def _on(new: NewVisit, starts: datetime) -> NewVisit:
    return NewVisit(starts, new.minutes, new.place, new.instructions)


async def move(db: AsyncSession, actor: Actor, appointment: Appointment, starts: datetime, now: datetime) -> None:
    """To another wall time; the reply was about the old one, so it is asked anew. Raises BadVisit."""
    if appointment.status not in rules.UPCOMING:
        raise rules.BadVisit("over")
    appointment.starts_at = rules.check_start(starts, appointment.zone, now)
    appointment.starts = starts
    appointment.changes += 1
    appointment.reply = appointment.replied_at = appointment.replied_by = appointment.handled_at = None
    audit.record(db, actor, "appointment.moved", appointment, now)
    patient = await db.get_one(Patient, appointment.patient_id)
    await _carry_along(db, actor, patient, appointment, now)


async def mark(db: AsyncSession, actor: Actor, appointment: Appointment, status: str, now: datetime) -> bool:
    """Arrived, fulfilled, noshow, cancelled; False where that cannot follow from what it is."""
    if not rules.may_become(appointment.status, status):
        return False
    appointment.status = status
    appointment.changes += 1
    audit.record(db, actor, f"appointment.{status}", appointment, now)
    if status in ("cancelled", "noshow"):
        await reminders.cancel(db, actor, appointment.id, status, now)
        await checkins.untie(db, actor, appointment.id, status, now)
    elif status in ("arrived", "fulfilled"):
        await reminders.cancel(db, actor, appointment.id, status, now)
    return True


async def answer(db: AsyncSession, actor: Actor, appointment: Appointment, reply: str, now: datetime) -> None:
    """I'll be there, I can't come, another time please; the last word counts."""
    appointment.reply, appointment.replied_at, appointment.replied_by = reply, now, actor.kind
    appointment.handled_at = None
    audit.record(db, actor, "appointment.answered", appointment, now, reply=reply)
    await reminders.note_answered(db, actor, appointment.id, now)
    patient = await db.get_one(Patient, appointment.patient_id)
    await _remind(db, actor, patient, appointment, now)


async def answer_by_token(db: AsyncSession, token: str, reply: str, now: datetime) -> Appointment | None:
    """An answer from a notification: the token stands for this visit's reminder and nothing else."""
    reminder = await reminders.redeem(db, token, "visit", now)
    if reminder is None:
        return None
    appointment = await db.get_one(Appointment, reminder.subject_id)
    if appointment.status not in rules.UPCOMING or appointment.starts_at <= now:
        return None
    await answer(db, Actor("patient", reminder.patient_id, reminder.clinic_id), appointment, reply, now)
    return appointment


async def visit_behind(db: AsyncSession, token: str, now: datetime) -> Appointment | None:
    """The visit that a link in an email or text is about, while it can still be answered."""
    reminder = await reminders.behind(db, token, "visit")
    appointment = await db.get(Appointment, reminder.subject_id) if reminder else None
    if appointment is None or appointment.status not in rules.UPCOMING or appointment.starts_at <= now:
        return None
    return appointment


async def handle_reply(db: AsyncSession, actor: Actor, appointment: Appointment, now: datetime) -> None:
    """Staff dealt with an "I can't come"."""
    appointment.handled_at = now
    audit.record(db, actor, "appointment.handled", appointment, now)


async def _carry_along(
    db: AsyncSession, actor: Actor, patient: Patient, appointment: Appointment, now: datetime
) -> None:
    await _remind(db, actor, patient, appointment, now)
    await checkins.tie(db, actor, patient, appointment.id, appointment.starts, appointment.zone, now)


async def _remind(db: AsyncSession, actor: Actor, patient: Patient, appointment: Appointment, now: datetime) -> None:
    """Someone who can't come is not reminded to; staff have it on their list."""
    wanted = plan_visit(appointment.starts, appointment.zone, now) if appointment.reply in (None, "coming") else []
    with language.speaking(patient.locale):
        detail = f"{language.day(appointment.starts)}, {language.hour(appointment.starts)}. {appointment.place}".strip()
    await reminders.replan(
        db,
        actor,
        patient_id=patient.id,
        subject_id=appointment.id,
        planned=wanted,
        path=f"/visits/{appointment.id}",
        detail=detail,
        now=now,
    )


async def next_visit(db: AsyncSession, patient_id: str, now: datetime) -> Appointment | None:
    """The visit to come, or the one under way."""
    return await db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(rules.UPCOMING),
            Appointment.starts_at > now - timedelta(hours=4),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


async def visits_of(db: AsyncSession, patient_id: str) -> list[Appointment]:
    return list(
        await db.scalars(
            select(Appointment).where(Appointment.patient_id == patient_id).order_by(Appointment.starts_at)
        )
    )


async def find(db: AsyncSession, actor: Actor, appointment_id: str) -> Appointment | None:
    """Within the asker's clinic; for a phone, only its own patient's."""
    query = select(Appointment).where(Appointment.id == appointment_id, Appointment.clinic_id == actor.clinic_id)
    if actor.kind != "staff":
        query = query.where(Appointment.patient_id == actor.patient_id)
    return await db.scalar(query)


async def between(db: AsyncSession, actor: Actor, start: datetime, end: datetime) -> list[Appointment]:
    """Visits of the clinic that start at or after `start` and before `end` (UTC)."""
    return list(
        await db.scalars(
            select(Appointment)
            .where(
                Appointment.clinic_id == actor.clinic_id,
                Appointment.starts_at >= start,
                Appointment.starts_at < end,
            )
            .order_by(Appointment.starts_at)
        )
    )


async def unconfirmed(db: AsyncSession, actor: Actor, now: datetime) -> list[Appointment]:
    """Visits within the next day and a bit that nobody has answered: shown is not the same as looked at."""
    return list(
        await db.scalars(
            select(Appointment)
            .where(
                Appointment.clinic_id == actor.clinic_id,
                Appointment.status.in_(("proposed", "booked")),
                Appointment.reply.is_(None),
                Appointment.starts_at > now,
                Appointment.starts_at <= now + rules.CALL_AHEAD,
            )
            .order_by(Appointment.starts_at)
        )
    )


async def to_handle(db: AsyncSession, actor: Actor, now: datetime) -> list[Appointment]:
    """Visits that somebody said they can't come to and no staff member has dealt with yet."""
    return list(
        await db.scalars(
            select(Appointment)
            .where(
                Appointment.clinic_id == actor.clinic_id,
                or_(Appointment.reply == "cant", Appointment.reply == "another"),
                Appointment.handled_at.is_(None),
                Appointment.status.in_(rules.UPCOMING),
                Appointment.starts_at > now - timedelta(days=1),
            )
            .order_by(Appointment.starts_at)
        )
    )
