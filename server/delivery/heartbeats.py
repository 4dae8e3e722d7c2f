"""Whether anybody sends: each worker leaves a beat, and staff see when the beats stop (case 7)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.delivery.models import WorkerBeat
from server.reminders import rules

FORGOTTEN_AFTER = timedelta(days=1)


async def beat(
    db: AsyncSession, worker_id: str, held_why: str | None, now: datetime, silent: Collection[str] = ()
) -> None:
    """This worker is alive; `silent` names its ticks that have not run for too long. Old beats are swept."""
    row = await db.get(WorkerBeat, worker_id)
    if row is None:
        row = WorkerBeat(id=worker_id)
        db.add(row)
    row.ticked_at, row.held_why, row.silent = now, held_why, " ".join(sorted(silent)) or None
    await db.execute(delete(WorkerBeat).where(WorkerBeat.ticked_at < now - FORGOTTEN_AFTER))


async def trouble(db: AsyncSession, now: datetime) -> str | None:
    """What keeps reminders or other recurring work from being done: "stopped", "held", "silent" or None."""
    workers = await _alive(db, now)
    if not workers:
        return "stopped"
    if all(worker.held_why for worker in workers):
        return "held"
    return "silent" if _silent(workers) else None


async def silent_ticks(db: AsyncSession, now: datetime) -> list[str]:
    """Recurring ticks that no living worker runs any more."""
    return sorted(_silent(await _alive(db, now)))


def _silent(workers: Collection[WorkerBeat]) -> set[str]:
    """What one worker fails to do, another may still do."""
    return set.intersection(*(set((worker.silent or "").split()) for worker in workers)) if workers else set()


async def _alive(db: AsyncSession, now: datetime) -> list[WorkerBeat]:
    """A beat from the future was left by a clock that was wrong: it says nothing about now."""
    found = await db.scalars(
        select(WorkerBeat).where(
            WorkerBeat.ticked_at > now - 2 * rules.LEASE, WorkerBeat.ticked_at <= now + rules.CLOCK_SLACK
        )
    )
    return list(found)
