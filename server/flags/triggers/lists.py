"""Find triggers: one by id, all of a clinic, the versions of one, the messages that they show to staff."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.flags.models import TriggerVersion
from server.people.models import Staff


async def find(db: AsyncSession, actor: Actor, trigger_id: str) -> TriggerVersion | None:
    return await db.scalar(
        select(TriggerVersion).where(TriggerVersion.id == trigger_id, TriggerVersion.clinic_id == actor.clinic_id)
    )


async def messages(db: AsyncSession, trigger_ids: Collection[str]) -> dict[str, str]:
    """Trigger id → its message to staff; triggers without one are left out."""
    found = await db.execute(
        select(TriggerVersion.id, TriggerVersion.message).where(TriggerVersion.id.in_(trigger_ids))
    )
    return {trigger_id: message for trigger_id, message in found.all() if message}


async def all_rules(db: AsyncSession, actor: Actor) -> list[TriggerVersion]:
    """The clinic's triggers, ended ones too, in the order in which they began."""
    found = select(TriggerVersion).where(TriggerVersion.clinic_id == actor.clinic_id)
    return list(await db.scalars(found.order_by(TriggerVersion.began_at, TriggerVersion.id)))


async def versions_of(db: AsyncSession, row: TriggerVersion) -> list[tuple[TriggerVersion, str]]:
    """This trigger and the ones that it replaced, the newest first, each with its author's name."""
    found: list[tuple[TriggerVersion, str]] = []
    version: TriggerVersion | None = row
    while version is not None:
        author = await db.get(Staff, version.began_by) if version.began_by else None
        found.append((version, author.name if author else ""))
        version = await db.get(TriggerVersion, version.follows_id) if version.follows_id else None
    return found


async def latest(db: AsyncSession, row: TriggerVersion) -> TriggerVersion:
    """The newest trigger that descends from this one; it may have ended."""
    while (after := await follower(db, row)) is not None:
        row = after
    return row


async def follower(db: AsyncSession, row: TriggerVersion) -> TriggerVersion | None:
    """The trigger that replaced this one; None if there is none."""
    return await db.scalar(select(TriggerVersion).where(TriggerVersion.follows_id == row.id))
