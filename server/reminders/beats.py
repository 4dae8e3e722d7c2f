"""Whether anybody sends: each worker leaves a beat, and staff see when the beats stop (case 7)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.reminders import rules
from server.reminders.models import WorkerBeat

FORGOTTEN_AFTER = timedelta(days=1)


async def beat(db: AsyncSession, worker_id: str, held_why: str | None, now: datetime) -> None:
    """This worker is alive; beats of workers long gone are swept."""
    held = await db.get(WorkerBeat, worker_id)
    if held is None:
        db.add(WorkerBeat(id=worker_id, ticked_at=now, held_why=held_why))
    else:
        held.ticked_at, held.held_why = now, held_why
    await db.execute(delete(WorkerBeat).where(WorkerBeat.ticked_at < now - FORGOTTEN_AFTER))


async def trouble(db: AsyncSession, now: datetime) -> str | None:
    """Why reminders do not go out now: "stopped", "held", or None while some worker sends."""
    alive = list(await db.scalars(select(WorkerBeat).where(WorkerBeat.ticked_at > now - 2 * rules.LEASE)))
    if not alive:
        return "stopped"
    return "held" if all(worker.held_why for worker in alive) else None
