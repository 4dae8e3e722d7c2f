"""The real worker in a process of its own. It is told the time, and goes through some hours in a moment."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from server.delivery.claims import next_due
from server.flags.escalation import flow as escalation
from server.settings import Settings
from server.worker.construction import make_worker
from server.worker.ticks import TICKS
from server.worker.worker import Worker
from tests.faults.kill_points import Points, watch_channels, watch_database, watch_sockets

LOOKS_AGAIN = timedelta(seconds=1)
MOST_LOOKS = 300  # tries for something that is due and does not go


@dataclass(frozen=True)
class Job:
    """The work of one process: run from `now` until nothing is due before `end`, or until the kill at `kill`."""

    settings: Settings
    services: Mapping[int, str]
    now: datetime
    end: datetime
    kill: tuple[int, str] | None = None

    @classmethod
    def read(cls, message: dict[str, Any]) -> "Job":
        return cls(
            settings=Settings(**message["settings"]),
            services={int(port): name for port, name in message["services"].items()},
            now=datetime.fromisoformat(message["now"]),
            end=datetime.fromisoformat(message["end"]),
            kill=(message["kill"][0], message["kill"][1]) if message["kill"] else None,
        )

    def written(self) -> dict[str, Any]:
        times = {"now": self.now.isoformat(), "end": self.end.isoformat()}
        return {"settings": vars(self.settings), "services": dict(self.services), "kill": self.kill} | times

    def again(self, now: datetime) -> "Job":
        """The restart: the same job from `now` on, without a kill."""
        return replace(self, now=now, kill=None)


class HandClock:
    """Wall clock and monotonic clock in one, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.began = self.now = now

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - self.began).total_seconds()


async def live(job: Job, report: Callable[[str], None]) -> None:
    """The worker as `server.worker.process` makes it. Only its clocks are replaced, and each point is numbered."""
    clock = HandClock(job.now)
    made = make_worker(job.settings, clock)
    worker = Worker(made.database, made.sender, clock, clock.monotonic)
    if job.services:  # else it is a rehearsal
        _watch(Points(report, job.kill), worker, job.services)
    await _until_nothing_is_due(worker, clock, job.end, report)
    await worker.sender.close()
    await worker.database.close()


def _watch(points: Points, worker: Worker, services: Mapping[int, str]) -> None:
    watch_database(points, worker.database)
    watch_sockets(points, services)
    watch_channels(points, worker.sender.channels)


async def _until_nothing_is_due(worker: Worker, clock: HandClock, end: datetime, report: Callable[[str], None]) -> None:
    ran: dict[str, datetime] = {}
    looks = 0
    while clock.now <= end:
        report(f"at {clock.now.isoformat()}")
        for tick in TICKS:
            if clock.now - ran.get(tick.name, clock.began - timedelta(days=1)) >= timedelta(seconds=tick.every):
                ran[tick.name] = clock.now
                await tick.run(worker)
        await worker.send_due()
        await all_done()
        async with worker.database.reading() as db:
            moments = [await next_due(db), await escalation.next_at(db)]
        due = min((moment for moment in moments if moment is not None), default=None)
        if due is None:
            return
        looks = looks + 1 if due <= clock.now else 0
        if looks > MOST_LOOKS:
            raise RuntimeError(f"due since {due.isoformat()}, and nothing takes it")
        if looks:
            await asyncio.sleep(0.01)  # a row of a killed process stays locked until the server notices
        clock.now = max(due, clock.now + LOOKS_AGAIN if looks else due)


async def all_done() -> None:
    """Wait until everything under way has ended and no task of the worker runs."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.gather(*others)
