"""The worker's whole schedule. All state is in the database; the ticks only read and update it.

`TICKS` lists the recurring ticks. Sending sleeps until the next due moment, 30 s at most, and a write wakes it: by
NOTIFY on PostgreSQL, by `PRAGMA data_version` each second on SQLite.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.appointments import rescheduling as visit_reckoning
from server.channels.email import EmailChannel, read_server
from server.channels.protocol import Channel
from server.channels.push.channel import PushChannel
from server.channels.push.endpoints import HostList
from server.channels.text import TextChannel
from server.checkins import flow as checkins
from server.checkins import rescheduling as checkin_reckoning
from server.clock import Clock, ClockWatch, system_clock
from server.db import Database, new_id
from server.delivery import heartbeats
from server.delivery.claims import BATCH, next_due
from server.delivery.sender import Sender
from server.devices import health
from server.flags import escalation
from server.reminders import flow as reminders
from server.reminders.rules import LEASE
from server.responses import closing
from server.settings import Settings
from server.worker.clock_repair import check_ins as check_in_repair
from server.worker.clock_repair import reminders as reminder_repair
from server.worker.clock_repair import visits as visit_repair
from server.worker.liveness_ping import DeadMan
from server.worker.pulse import Pulse
from server.worker.wakeups import notice_writes

log = structlog.get_logger()
LONGEST_SLEEP = 30.0  # seconds
LOOK_FOR_WRITES = 1.0  # seconds
LOOK_AT_CLOCKS = 1.0  # seconds
BEAT_EVERY = 20.0  # seconds
Verb = Callable[[AsyncSession, datetime], Awaitable[object]]


@dataclass(frozen=True)
class Tick:
    """A recurring job that runs every `every` seconds; `says` describes it to an operator."""

    name: str
    every: float
    says: str
    run: Callable[["Worker"], Awaitable[None]]


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Run again one period from now.

    APScheduler's own interval counts on from the previous run, one period at a time. After the clock jumps by a
    century, that takes minutes and gigabytes.
    """

    def __init__(self, seconds: float) -> None:
        self.period = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now + self.period


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
        self.told: tuple[bool, frozenset[str]] = (False, frozenset())
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
        now, told = self.monotonic(), (self.watch.holds, self.pulse.silent(self.monotonic()))
        if told == self.told and self.beaten_at is not None and now - self.beaten_at < BEAT_EVERY:
            return
        self.beaten_at, self.told = now, told
        holds, silent = told
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


RECKONS = (visit_reckoning.reckon, checkin_reckoning.reckon, reminders.keep_all_quiet)
# Repairs to run once a clock that was ahead is right.
REPAIRS = (
    check_in_repair.reopen_all,
    visit_repair.restore_visits,
    reminder_repair.hasten,
    health.forget_future_asks,
    escalation.hasten,
)
REPAIR = "repair"
TICKS = (
    Tick(
        "lay-out",
        3600,
        "Lay out the check-ins of the coming days and plan their reminders.",
        _writes(checkins.lay_out_all),
    ),
    Tick(REPAIR, 600, "Undo what a clock that was ahead has ended or put off.", _writes(*REPAIRS)),
    Tick(
        "close", 60, "Close check-ins whose window has ended; what was answered goes in.", _writes(closing.close_ended)
    ),
    Tick("ping", 60, "Tell the outside that reminders go out.", Worker.ping),
    Tick("reckon", 600, "Keep what is to come at its wall time where zones or clocks have changed.", _writes(*RECKONS)),
    Tick(
        "escalate", 30, "Tell the next contact on call of a flag that nobody has taken.", _writes(escalation.escalate)
    ),
    Tick("ask", 3600, "Ask devices that have long given no sign, once, to open the app.", _writes(health.ask_silent)),
)
SENDS = "Send the reminders that are due."


def make_worker(settings: Settings, clock: Clock = system_clock, database: Database | None = None) -> Worker:
    keyring = crypto.load_keyring(settings.secret_keys)
    crypto.use(keyring)
    database = database or Database(settings.database_url)
    push = PushChannel(
        keyring.vapid,
        settings.vapid_subject,
        HostList.parse(settings.push_services, base_url_is_loopback=settings.is_loopback),
        now=clock,
    )
    others: list[Channel] = []
    if settings.text_url:
        others.append(TextChannel(settings.text_url))
    if settings.smtp_url:
        others.append(EmailChannel(read_server(settings.smtp_url), now=clock))
    sender = Sender(database, push, clock, settings.base_url, others)
    return Worker(database, sender, clock, dead_man=DeadMan(settings.ping_url) if settings.ping_url else None)


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
        asyncio.create_task(_send_for_ever(worker)),
        asyncio.create_task(notice_writes(worker.database, worker.wake)),
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
        if not worker.holds():
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
    held = worker.watch.holds
    if worker.holds() != held:
        log.warning("worker.clock", holds=worker.watch.holds, wall=worker.watch.wall.isoformat())
        worker.wake.set()  # the next heartbeat informs staff
        if held:  # the clock is trusted again
            scheduler.modify_job(REPAIR, next_run_time=worker.clock())
    monotonic = worker.monotonic()
    for job in scheduler.get_jobs():
        left = worker.pulse.next_run(job.id, monotonic)
        if (job.next_run_time - worker.clock()).total_seconds() > left + LOOK_AT_CLOCKS:
            job.modify(next_run_time=worker.clock() + timedelta(seconds=left))
    for name, seconds in worker.pulse.newly_silent(monotonic):
        log.error("tick.silent", tick=name, seconds=round(seconds))
        worker.wake.set()


async def _send_for_ever(worker: Worker) -> None:
    while True:
        worker.wake.clear()
        sleep = LONGEST_SLEEP
        try:
            await worker.send_due(wait=False)
            sleep = await worker.until_due()
        except Exception as error:
            log.error("tick.failed", tick="send", kind=type(error).__name__, exc_info=error)
            sleep = LOOK_FOR_WRITES
        try:
            await asyncio.wait_for(worker.wake.wait(), sleep)
        except TimeoutError:
            continue
