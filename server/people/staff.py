"""Find the clinic's staff members."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.people.models import Staff


async def team(db: AsyncSession, actor: Actor) -> list[Staff]:
    found = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id, Staff.ended_at.is_(None)))
    return sorted(found, key=lambda staff: staff.name.casefold())


async def find_staff(db: AsyncSession, actor: Actor, staff_id: str) -> Staff | None:
    return await db.scalar(select(Staff).where(Staff.id == staff_id, Staff.clinic_id == actor.clinic_id))
