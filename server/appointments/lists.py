"""Lists of appointments: one patient's, one week's, the unconfirmed ones, and the replies to handle."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.actor import Actor, ActorKind
from server.appointments import rules
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.db import Work
from server.reminders.states import Reply


async def next_appointment(db: AsyncSession, patient_id: str, now: datetime) -> Appointment | None:
    """The patient's next appointment; one that began less than four hours ago still counts."""
    return next(iter(await upcoming(db, patient_id, now, 1)), None)


async def upcoming(db: AsyncSession, patient_id: str, now: datetime, most: int) -> list[Appointment]:
    """The patient's next appointments; one that began less than four hours ago still counts."""
    found = await db.scalars(
        select(Appointment)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(rules.UPCOMING),
            Appointment.starts_at > now - timedelta(hours=4),
        )
        .order_by(Appointment.starts_at)
        .limit(most)
    )
    return list(found)


async def cancelled_ahead(db: AsyncSession, patient_id: str, now: datetime) -> Appointment | None:
    """The soonest cancelled appointment that is still ahead and whose time no other appointment has taken."""
    replaced = aliased(Appointment)
    again = exists().where(
        replaced.patient_id == patient_id,
        replaced.status.in_(rules.UPCOMING),
        replaced.starts_at == Appointment.starts_at,
    )
    return await db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status == AppointmentStatus.CANCELLED,
            Appointment.starts_at > now,
            ~again,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


async def appointments_ahead(db: AsyncSession, patient_id: str, now: datetime, most: int) -> list[Appointment]:
    """The soonest cancelled appointment that is still ahead, if any, and the patient's next appointments."""
    cancelled = await cancelled_ahead(db, patient_id, now)
    return ([cancelled] if cancelled else []) + await upcoming(db, patient_id, now, most)


async def who_comes(work: Work) -> set[str]:
    """Ids of the patients who have an upcoming appointment."""
    return set(
        await work.db.scalars(
            select(Appointment.patient_id).where(
                Appointment.clinic_id == work.actor.clinic_id,
                Appointment.status.in_(rules.UPCOMING),
                Appointment.starts_at > work.now,
            )
        )
    )


async def appointments_of(db: AsyncSession, patient_id: str) -> list[Appointment]:
    return list(
        await db.scalars(
            select(Appointment).where(Appointment.patient_id == patient_id).order_by(Appointment.starts_at)
        )
    )


async def between(db: AsyncSession, actor: Actor, start: datetime, end: datetime) -> list[Appointment]:
    """The clinic's appointments that start at or after `start` and before `end` (UTC)."""
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


async def unconfirmed(work: Work) -> list[Appointment]:
    """Appointments within CALL_AHEAD without a reply, even if a device showed a reminder: nobody may have read it."""
    return list(
        await work.db.scalars(
            select(Appointment)
            .where(
                Appointment.clinic_id == work.actor.clinic_id,
                Appointment.status.in_((AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED)),
                Appointment.reply.is_(None),
                Appointment.starts_at > work.now,
                Appointment.starts_at <= work.now + rules.CALL_AHEAD,
            )
            .order_by(Appointment.starts_at)
        )
    )


async def last_recorded_replies(work: Work, patient_ids: Collection[str]) -> dict[str, datetime]:
    """Patient id → when staff last recorded a reply that the patient gave them, about an upcoming visit."""
    found = await work.db.execute(
        select(Appointment.patient_id, func.max(Appointment.replied_at))
        .where(
            Appointment.clinic_id == work.actor.clinic_id,
            Appointment.patient_id.in_(patient_ids),
            Appointment.replied_by == ActorKind.STAFF,
            Appointment.starts_at > work.now,
        )
        .group_by(Appointment.patient_id)
    )
    return {patient_id: at for patient_id, at in found if at is not None}


async def to_handle(work: Work) -> list[Appointment]:
    """Appointments with a reply "can't come" or "another time" that no staff member has dealt with yet."""
    return list(
        await work.db.scalars(
            select(Appointment)
            .where(
                Appointment.clinic_id == work.actor.clinic_id,
                or_(Appointment.reply == Reply.CANT_COME, Appointment.reply == Reply.ANOTHER_TIME),
                Appointment.handled_at.is_(None),
                Appointment.status.in_(rules.UPCOMING),
                Appointment.starts_at > work.now - timedelta(days=1),
            )
            .order_by(Appointment.starts_at)
        )
    )
