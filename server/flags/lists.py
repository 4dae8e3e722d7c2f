"""Find flags: by id, open or closed ones of a clinic, all of a patient or of a check-in."""

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.flags.models import Flag
from server.flags.rules import Severity

URGENT_FIRST = case((Flag.severity == Severity.URGENT, 0), else_=1)


MOST_SEVERE_FIRST = case({Severity.URGENT: 0, Severity.TODAY: 1, Severity.THIS_WEEK: 2}, value=Flag.severity)


async def find(db: AsyncSession, actor: Actor, flag_id: str) -> Flag | None:
    return await db.scalar(select(Flag).where(Flag.id == flag_id, Flag.clinic_id == actor.clinic_id))


async def newest(db: AsyncSession, patient_id: str, item: str) -> Flag | None:
    return await db.scalar(
        select(Flag).where(Flag.patient_id == patient_id, Flag.item == item).order_by(Flag.raised_at.desc()).limit(1)
    )


async def open_flags(db: AsyncSession, actor: Actor) -> list[Flag]:
    """Open flags, urgent first, then by due time."""
    return list(
        await db.scalars(
            select(Flag)
            .where(Flag.clinic_id == actor.clinic_id, Flag.closed_at.is_(None))
            .order_by(URGENT_FIRST, Flag.due_at)
        )
    )


async def of_patient(db: AsyncSession, patient_id: str) -> list[Flag]:
    """All flags of the patient, the most severe first, then the newest."""
    found = select(Flag).where(Flag.patient_id == patient_id)
    return list(await db.scalars(found.order_by(MOST_SEVERE_FIRST, Flag.raised_at.desc())))


async def of_check_in(db: AsyncSession, check_in_id: str) -> list[Flag]:
    return list(await db.scalars(select(Flag).where(Flag.check_in_id == check_in_id)))
