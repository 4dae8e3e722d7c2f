"""The worker's ticks, and when each runs. All state is in the database; the ticks only read and update it.

`TICKS` lists the recurring ticks. Sending sleeps until the next due moment, 30 s at most, and a write wakes it.
`server.worker.process` runs both.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import rescheduling as visit_rescheduling
from server.checkins import flow as checkins
from server.checkins import rescheduling as checkin_rescheduling
from server.clock import Clock, ClockWatch
from server.db import Database, new_id
from server.delivery import heartbeats
from server.delivery.claims import BATCH, next_due
from server.delivery.sender import Sender
from server.devices import health
from server.flags import escalation
from server.reminders.quiet_hours import flow as quiet_hours
from server.reminders.rules import LEASE
from server.responses.submission import closing
from server.worker.clock_repair import check_ins as check_in_repair
from server.worker.clock_repair import flags as flag_repair
from server.worker.clock_repair import reminders as reminder_repair
from server.worker.clock_repair import visits as visit_repair
from server.worker.liveness_ping import DeadMan
from server.worker.pulse import Pulse

log = structlog.get_logger()
LONGEST_SLEEP = 30.0  # seconds
BEAT_EVERY = 20.0  # seconds
Verb = Callable[[AsyncSession, datetime], Awaitable[object]]


@dataclass(frozen=True)
class Tick:
    """A recurring job that runs every `every` seconds; `says` describes it to an operator."""

    name: str
    every: float
    says: str
    run: Callable[["Worker"], Awaitable[None]]


class Worker:
    def __init__(
        self,
        database: Database,
        sender: Sender,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        dead_man: DeadMan | None = None,
    ) -> None:
        self.database, self.sender, self.clock, self.monotonic = database, sender, clock, monotonic
        self.id = new_id()
        self.watch = ClockWatch(clock(), monotonic())
        self.pulse = Pulse({}, monotonic())  # the scheduler sets the real periods
        sender.trusted_now, sender.steady_now = self.trusted_now, self.steady_now
        self.dead_man = dead_man
        self.sent_at: float | None = None
        self.beaten_at: float | None = None
        self.reported: tuple[bool, frozenset[str]] = (False, frozenset())
        self.wake = asyncio.Event()
        self.stopping = asyncio.Event()

    async def send_due(self, wait: bool = True) -> None:
        """Write a heartbeat, then send until nothing more is due, unless the clock has just jumped.

        With `wait=False` it returns once all sends have started: a slow one must not delay the next.
        """
        holds = self.holds()
        await self._beat()
        if holds:
            log.warning("worker.holds", why="the clock jumped")
            return
        go = self.sender.tick if wait else self.sender.begin
        while await go() == BATCH:
            pass
        if not self.watch.holds:
            self.sent_at = self.monotonic()

    def trusted_now(self) -> datetime | None:
        """The current time; None while the clock is not trusted. The caller must then do nothing."""
        return None if self.holds() else self.watch.wall

    def steady_now(self) -> datetime:
        """The time for recording events that have happened, even while the clock is not trusted."""
        self.holds()
        return self.watch.steady

    def holds(self) -> bool:
        """Whether the clock has just jumped. Until it settles, nothing is sent or closed: it may be set right again."""
        self.watch = self.watch.look(self.clock(), self.monotonic())
        return self.watch.holds

    async def _beat(self) -> None:
        """Write a heartbeat, but rarely while its content is the same: on SQLite each write would wake the sender."""
        now, reported = self.monotonic(), (self.watch.holds, self.pulse.silent(self.monotonic()))
        if reported == self.reported and self.beaten_at is not None and now - self.beaten_at < BEAT_EVERY:
            return
        self.beaten_at, self.reported = now, reported
        holds, silent = reported
        async with self.database.writing() as db:
            await heartbeats.beat(db, self.id, "the clock jumped" if holds else None, self.clock(), silent)

    async def ping(self) -> None:
        """Ping the monitor, but only if reminders go out and no tick is silent: a failing worker must look dead."""
        lately = self.sent_at is not None and self.monotonic() - self.sent_at < 2 * LEASE.total_seconds()
        if self.dead_man is not None and lately and not self.pulse.silent(self.monotonic()):
            await self.dead_man.ping()

    async def until_due(self) -> float:
        """Seconds until the next due moment."""
        async with self.database.reading() as db:
            moment = await next_due(db)
        if moment is None:
            return LONGEST_SLEEP
        return min(max((moment - self.clock()).total_seconds(), 0.05), LONGEST_SLEEP)


def _writes(*verbs: Verb) -> Callable[[Worker], Awaitable[None]]:
    """A tick that runs these functions in one transaction, all with the same time.

    It reads the clock after it has the write lock: the clock could jump during the wait for the lock.
    """

    async def run(worker: Worker) -> None:
        async with worker.database.writing() as db:
            now = worker.trusted_now()
            if now is None:
                return
            for verb in verbs:
                await verb(db, now)

    return run


RECALCULATIONS = (visit_rescheduling.recalculate, checkin_rescheduling.recalculate, quiet_hours.keep_all_quiet)
# Repairs to run once a clock that was ahead is right.
REPAIRS = (
    check_in_repair.reopen_all,
    visit_repair.restore_visits,
    reminder_repair.bring_forward,
    health.forget_future_asks,
    flag_repair.bring_forward,
)
REPAIR = "repair"
TICKS = (
    Tick(
        "lay-out",
        3600,
        "Create the check-ins of the coming days and plan their reminders.",
        _writes(checkins.schedule_all),
    ),
    Tick(REPAIR, 600, "Undo what ended or was postponed because the clock was ahead.", _writes(*REPAIRS)),
    Tick(
        "close",
        60,
        "Close check-ins whose window has ended, and submit what was answered.",
        _writes(closing.close_ended),
    ),
    Tick("ping", 60, "Tell the outside monitor that reminders go out.", Worker.ping),
    Tick(
        "reckon",
        600,
        "Keep visits and check-ins at their wall time after a change of zone or zone rules.",
        _writes(*RECALCULATIONS),
    ),
    Tick(
        "escalate", 30, "Notify the next on-call contact of a flag that nobody has taken.", _writes(escalation.escalate)
    ),
    Tick(
        "ask",
        3600,
        "Ask the people whose devices have been silent for long, once, to open the app.",
        _writes(health.ask_silent),
    ),
)
