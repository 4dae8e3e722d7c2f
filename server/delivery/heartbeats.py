"""Heartbeats show whether any worker sends: each worker leaves them, and staff see when they stop (case 7)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.delivery.models import StopReason, WorkerHeartbeat
from server.reminders import rules

FORGOTTEN_AFTER = timedelta(days=1)


async def beat(
    db: AsyncSession, worker_id: str, stop_reason: StopReason | None, now: datetime, silent: Collection[str] = ()
) -> None:
    """Record that this worker is alive, and which of its ticks are overdue (`silent`). Deletes old heartbeats."""
    row = await db.get(WorkerHeartbeat, worker_id)
    if row is None:
        row = WorkerHeartbeat(id=worker_id)
        db.add(row)
    row.ticked_at, row.stop_reason, row.skipped_ticks = now, stop_reason, " ".join(sorted(silent)) or None
    await db.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.ticked_at < now - FORGOTTEN_AFTER))


class SendingTrouble(StrEnum):
    """`STOPPED`: no worker runs. `CLOCK_JUMPED`: no worker sends for now. `SILENT`: a worker skips its ticks."""

    STOPPED = "stopped"
    CLOCK_JUMPED = "clock-jumped"
    SILENT = "silent"


async def trouble(db: AsyncSession, now: datetime) -> SendingTrouble | None:
    """Why reminders or other recurring work stand still; None if they don't."""
    workers = await _alive(db, now)
    if not workers:
        return SendingTrouble.STOPPED
    if all(worker.stop_reason for worker in workers):
        return SendingTrouble.CLOCK_JUMPED
    return SendingTrouble.SILENT if _silent(workers) else None


async def silent_ticks(db: AsyncSession, now: datetime) -> list[str]:
    """Recurring ticks that no active worker runs any more."""
    return sorted(_silent(await _alive(db, now)))


def _silent(workers: Collection[WorkerHeartbeat]) -> set[str]:
    """Ticks that are silent in every worker: if one worker fails, another may still run them."""
    return set.intersection(*(set((worker.skipped_ticks or "").split()) for worker in workers)) if workers else set()


async def _alive(db: AsyncSession, now: datetime) -> list[WorkerHeartbeat]:
    """Workers with a recent beat. A beat from the future came from a wrong clock and does not count."""
    found = await db.scalars(
        select(WorkerHeartbeat).where(
            WorkerHeartbeat.ticked_at > now - 2 * rules.LEASE, WorkerHeartbeat.ticked_at <= now + rules.CLOCK_SLACK
        )
    )
    return list(found)
