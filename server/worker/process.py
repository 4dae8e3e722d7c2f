"""The worker's process: its scheduler, its sending loop and its clock watch, from start to signal.

A write wakes the sending loop: by NOTIFY on PostgreSQL, by `PRAGMA data_version` each second on SQLite.
"""

import asyncio
import signal
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from server.settings import Settings
from server.worker.construction import make_worker
from server.worker.pulse import Pulse
from server.worker.ticks import REPAIR, TICKS, Tick
from server.worker.wakeups import notice_writes
from server.worker.worker import LONGEST_SLEEP, Worker

log = structlog.get_logger()
AFTER_A_FAILURE = 1.0  # seconds
LOOK_AT_CLOCKS = 1.0  # seconds


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Run again one period from now.

    APScheduler's own interval counts on from the previous run, one period at a time. After the clock jumps by a
    century, that takes minutes and gigabytes.
    """

    def __init__(self, seconds: float) -> None:
        self.period = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now + self.period


async def run(settings: Settings) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    worker = make_worker(settings)
    worker.sender.on_written = worker.wake.set  # a failed send may be due again
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.stopping.set)
    scheduler = _scheduler(worker)
    scheduler.start()
    log.info("worker.started", ticks=[tick.name for tick in TICKS])
    tasks = [
        asyncio.create_task(send_for_ever(worker)),
        asyncio.create_task(notice_writes(worker)),
        asyncio.create_task(_watch_for_ever(worker, scheduler)),
    ]
    await worker.stopping.wait()
    scheduler.shutdown(wait=False)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await worker.sender.close()
    await worker.database.close()


def _scheduler(worker: Worker) -> AsyncIOScheduler:
    worker.pulse = Pulse({tick.name: tick.every for tick in TICKS}, worker.monotonic())
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick in TICKS:
        scheduler.add_job(
            _guarded,
            Every(tick.every),
            args=(worker, tick),
            next_run_time=worker.clock() + timedelta(seconds=1),
            id=tick.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


async def _guarded(worker: Worker, tick: Tick) -> None:
    """Run a tick, except after a clock jump. A failure is logged and affects neither later runs nor other ticks."""
    worker.pulse.begins(tick.name, worker.monotonic())
    failed = True
    try:
        if not worker.distrusts_clock():
            await tick.run(worker)
        failed = False
    except Exception as error:
        log.error("tick.failed", tick=tick.name, kind=type(error).__name__, exc_info=error)
    finally:
        worker.pulse.ends(tick.name, worker.monotonic(), failed)


async def _watch_for_ever(worker: Worker, scheduler: AsyncIOScheduler) -> None:
    """Check both clocks each second. asyncio's sleep follows the monotonic one."""
    while True:
        try:
            look_at_clocks(worker, scheduler)
        except Exception as error:
            log.error("tick.failed", tick="clocks", kind=type(error).__name__, exc_info=error)
        await asyncio.sleep(LOOK_AT_CLOCKS)


def look_at_clocks(worker: Worker, scheduler: AsyncIOScheduler) -> None:
    """After a clock jump, reschedule the jobs; log ticks that have stopped.

    APScheduler waits for a wall time. When the clock is set back, that time is further away than the tick's period.
    """
    was_distrusted = worker.watch.is_distrusted
    if worker.distrusts_clock() != was_distrusted:
        log.warning("worker.clock", distrusted=worker.watch.is_distrusted, wall=worker.watch.wall.isoformat())
        worker.wake.set()  # the next heartbeat informs staff
        if was_distrusted:  # the clock is trusted again
            scheduler.modify_job(REPAIR, next_run_time=worker.clock())
    monotonic = worker.monotonic()
    for job in scheduler.get_jobs():
        left = worker.pulse.next_run(job.id, monotonic)
        if (job.next_run_time - worker.clock()).total_seconds() > left + LOOK_AT_CLOCKS:
            job.modify(next_run_time=worker.clock() + timedelta(seconds=left))
    for name, seconds in worker.pulse.newly_silent(monotonic):
        log.error("tick.silent", tick=name, seconds=round(seconds))
        worker.wake.set()


async def send_for_ever(worker: Worker) -> None:
    """Send what is due, then sleep until something else is, or until a write wakes the worker."""
    while True:
        worker.wake.clear()
        sleep = LONGEST_SLEEP
        try:
            await worker.send_due(wait=False)
            sleep = await worker.until_due()
        except Exception as error:
            log.error("tick.failed", tick="send", kind=type(error).__name__, exc_info=error)
            sleep = AFTER_A_FAILURE
        try:
            await asyncio.wait_for(worker.wake.wait(), sleep)
        except TimeoutError:
            continue
