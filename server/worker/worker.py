"""A worker: sends what is due, writes its heartbeat, and does nothing while its clock is not trusted.

Sending sleeps until the next due moment, 30 s at most, and a write wakes it. `server.worker.process` runs it.
While no write can wake it, it looks every second.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from server.clock import Clock, ClockWatch
from server.db import Database, new_id
from server.delivery import heartbeats
from server.delivery.claims import BATCH, next_due
from server.delivery.sender import Sender
from server.reminders.rules import LEASE
from server.worker.liveness_ping import LivenessPing
from server.worker.pulse import Pulse

log = structlog.get_logger()
LONGEST_SLEEP = 30.0  # seconds
LOOK_EVERY = 1.0  # seconds; while writes don't wake us, and while something due can't be claimed
LOOK_AGAIN = 0.05  # seconds; for what became due during the last look
BEAT_EVERY = 20.0  # seconds


class Worker:
    def __init__(
        self,
        database: Database,
        sender: Sender,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        liveness_ping: LivenessPing | None = None,
    ) -> None:
        self.database, self.sender, self.clock, self.monotonic = database, sender, clock, monotonic
        self.id = new_id()
        self.watch = ClockWatch(clock(), monotonic())
        self.pulse = Pulse({}, monotonic())  # the scheduler sets the real periods
        sender.trusted_now, sender.steady_now = self.trusted_now, self.steady_now
        self.liveness_ping = liveness_ping
        self.sent_at: float | None = None
        self.beaten_at: float | None = None
        self.reported: tuple[bool, frozenset[str]] = (False, frozenset())
        self.wake = asyncio.Event()
        self.overdue: datetime | None = None  # what was due at the last look
        self.hears_writes = True  # server.worker.wakeups keeps it up to date
        self.stopping = asyncio.Event()

    async def send_due(self, wait: bool = True) -> None:
        """Write a heartbeat, then send until nothing more is due, unless the clock has just jumped.

        With `wait=False` it returns once all sends have started: a slow one must not delay the next.
        """
        distrusts = self.distrusts_clock()
        await self._beat()
        if distrusts:
            log.warning("worker.waits", why="the clock jumped")
            return
        go = self.sender.tick if wait else self.sender.begin
        while await go() == BATCH:
            pass
        if not self.watch.is_distrusted:
            self.sent_at = self.monotonic()

    def trusted_now(self) -> datetime | None:
        """The current time; None while the clock is not trusted. The caller must then do nothing."""
        return None if self.distrusts_clock() else self.watch.wall

    def steady_now(self) -> datetime:
        """The time for recording events that have happened, even while the clock is not trusted."""
        self.distrusts_clock()
        return self.watch.steady

    def distrusts_clock(self) -> bool:
        """Whether the clock has just jumped. Until it settles, nothing is sent or closed: it may be set right again."""
        self.watch = self.watch.look(self.clock(), self.monotonic())
        return self.watch.is_distrusted

    async def _beat(self) -> None:
        """Write a heartbeat, but rarely while its content is the same: on SQLite each write would wake the sender."""
        now, reported = self.monotonic(), (self.watch.is_distrusted, self.pulse.silent(self.monotonic()))
        if reported == self.reported and self.beaten_at is not None and now - self.beaten_at < BEAT_EVERY:
            return
        self.beaten_at, self.reported = now, reported
        distrusts, silent = reported
        async with self.database.writing() as db:
            await heartbeats.beat(db, self.id, "the clock jumped" if distrusts else None, self.clock(), silent)

    async def ping(self) -> None:
        """Ping the monitor, but only if reminders go out and no tick is silent: a failing worker must look dead."""
        lately = self.sent_at is not None and self.monotonic() - self.sent_at < 2 * LEASE.total_seconds()
        if self.liveness_ping is not None and lately and not self.pulse.silent(self.monotonic()):
            await self.liveness_ping.ping()

    async def until_due(self) -> float:
        """Seconds to sleep until the next due moment. While it distrusts its clock, the clock watch wakes it."""
        if self.distrusts_clock():
            return LONGEST_SLEEP
        longest = LONGEST_SLEEP if self.hears_writes else LOOK_EVERY
        async with self.database.reading() as db:
            moment = await next_due(db)
        if moment is None:
            return longest
        left = (moment - self.clock()).total_seconds()
        unclaimed, self.overdue = self.overdue == moment, moment if left <= 0 else None
        return min(LOOK_EVERY if unclaimed and left <= 0 else max(left, LOOK_AGAIN), longest)
