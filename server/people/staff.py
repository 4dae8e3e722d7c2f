"""Find the clinic's staff members, and who changed something last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.audit import AuditEvent
from server.people.models import Staff


async def team(db: AsyncSession, actor: Actor) -> list[Staff]:
    found = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id, Staff.ended_at.is_(None)))
    return sorted(found, key=lambda staff: staff.name.casefold())


async def everybody(db: AsyncSession, actor: Actor) -> list[Staff]:
    """Those who have left too: what they did keeps their name."""
    return list(await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id)))


async def find_staff(db: AsyncSession, actor: Actor, staff_id: str) -> Staff | None:
    return await db.scalar(select(Staff).where(Staff.id == staff_id, Staff.clinic_id == actor.clinic_id))


@dataclass(frozen=True)
class LatestChange:
    """Who changed something last, and when. `name` is "" unless it was a staff member of this clinic."""

    at: datetime
    kind: ActorKind
    name: str
    is_own: bool


async def latest_change(db: AsyncSession, actor: Actor, verbs: Collection[str], *subjects: str) -> LatestChange | None:
    """The newest of these acts on these rows (by id), for the form of somebody who did not see it (case 89)."""
    acts = select(AuditEvent).where(
        AuditEvent.clinic_id == actor.clinic_id, AuditEvent.subject_id.in_(subjects), AuditEvent.verb.in_(verbs)
    )
    event = await db.scalar(acts.order_by(AuditEvent.at.desc(), AuditEvent.id).limit(1))
    if event is None:
        return None
    member = await find_staff(db, actor, event.actor_id)
    is_own = (event.actor_kind, event.actor_id) == (actor.kind, actor.id)
    return LatestChange(event.at, event.actor_kind, member.name if member else "", is_own)
