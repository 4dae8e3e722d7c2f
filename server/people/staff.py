"""Find the clinic's staff members, and who changed something last."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.audit import AuditEvent, AuditVerb
from server.people.models import Staff

LOOKS_BACK = 200  # acts: nobody still has a form open from before these
Values = Mapping[str, Any]


async def team(db: AsyncSession, actor: Actor) -> list[Staff]:
    found = await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id, Staff.ended_at.is_(None)))
    return sorted(found, key=lambda staff: staff.name.casefold())


async def everybody(db: AsyncSession, actor: Actor) -> list[Staff]:
    """All staff members, also those who have left: their acts keep their names."""
    return list(await db.scalars(select(Staff).where(Staff.clinic_id == actor.clinic_id)))


async def find_staff(db: AsyncSession, actor: Actor, staff_id: str) -> Staff | None:
    return await db.scalar(select(Staff).where(Staff.id == staff_id, Staff.clinic_id == actor.clinic_id))


@dataclass(frozen=True)
class LatestChange:
    """The latest change: who made it, and when. `name` is "" unless it was a staff member of this clinic.

    `by_field`: the same for each field of a form, as far as the acts say which fields they changed.
    """

    at: datetime
    kind: ActorKind
    name: str
    is_own: bool
    by_field: Mapping[str, "LatestChange"] = field(default_factory=dict, compare=False)


async def latest_change(
    db: AsyncSession, actor: Actor, verbs: tuple[AuditVerb, ...], *subjects: str
) -> LatestChange | None:
    """The newest of these acts on these rows (by id), for the form of somebody who did not see it (case 89)."""
    acts = select(AuditEvent).where(
        AuditEvent.clinic_id == actor.clinic_id, AuditEvent.subject_id.in_(subjects), AuditEvent.verb.in_(verbs)
    )
    events = list(await db.scalars(acts.order_by(AuditEvent.at.desc(), AuditEvent.id).limit(LOOKS_BACK)))
    if not events:
        return None
    names = {member.id: member.name for member in await everybody(db, actor)}
    changes = [_change(event, actor, names) for event in events]
    by_field: dict[str, LatestChange] = {}
    for event, change in zip(events, changes, strict=True):
        for name in str(event.detail.get("fields", "")).split():
            by_field.setdefault(name, change)
    return replace(changes[0], by_field=by_field)


def _change(event: AuditEvent, actor: Actor, names: Mapping[str, str]) -> LatestChange:
    is_own = (event.actor_kind, event.actor_id) == (actor.kind, actor.id)
    return LatestChange(event.at, event.actor_kind, names.get(event.actor_id, ""), is_own)


def fields_changed(before: Values, after: Values) -> dict[str, str]:
    """For the detail of an audit event: the names of the fields whose values differ."""
    names = [name for name, value in after.items() if before.get(name) != value]
    return {"fields": " ".join(names)} if names else {}
