"""The recurring ticks while the clock jumps (case 133). The scheduler is real, and time passes at once."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from server.db import Database
from server.delivery.sender import Sender
from server.worker import process
from server.worker.pulse import Pulse
from server.worker.ticks import REPAIR, TICKS, Tick
from server.worker.worker import Worker
from tests.cast import NOW
from tests.examples import examples
from tests.push_double import PushDouble
from tests.virtual_time import VirtualTime

HOUR, DAY, CENTURY = timedelta(hours=1), timedelta(days=1), timedelta(days=36525)
SLACK = 2.5  # seconds: the worker looks at its clocks once a second
PERIODS = {tick.name: tick.every for tick in TICKS}
JUMP = st.one_of(
    st.timedeltas(timedelta(seconds=3), 10 * timedelta(minutes=1)),
    st.timedeltas(timedelta(minutes=1), DAY),
    st.timedeltas(DAY, 5 * CENTURY),
)


async def nothing(_: Worker) -> None:
    """A tick that does nothing."""


IDLE = tuple(replace(tick, run=nothing) for tick in TICKS)


class Ticking:
    """A worker without a database, whose ticks do nothing."""

    def __init__(self) -> None:
        self.time = VirtualTime(NOW)
        self.ran: defaultdict[str, list[float]] = defaultdict(list)
        sender = Sender(cast(Database, None), PushDouble(), self.time.clock, "https://localhost")
        self.worker = Worker(cast(Database, None), sender, self.time.clock, self.time.time)

    def live(self, *events: tuple[float, timedelta], until: float, ticks: tuple[Tick, ...] = ()) -> None:
        """Each event is a time in seconds, and how far the clock jumps then."""
        self.time.live(self._live(events, until, ticks or IDLE))

    async def _live(self, events: tuple[tuple[float, timedelta], ...], until: float, ticks: tuple[Tick, ...]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(process, "TICKS", ticks)
            scheduler = process._scheduler(self.worker)
        scheduler.start()
        watching = asyncio.create_task(process._watch_for_ever(self.worker, scheduler))
        for at, by in events:
            await asyncio.sleep(max(at - self.time.time(), 0))
            self.time.jump(by)
        await asyncio.sleep(until - self.time.time())
        watching.cancel()
        scheduler.shutdown(wait=False)
        await asyncio.gather(watching, return_exceptions=True)


def every_look(ticking: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts every run, even one that does nothing because the clock has just jumped."""
    begins = Pulse.begins

    def noting(pulse: Pulse, name: str, now: float) -> None:
        ticking.ran[name].append(now)
        begins(pulse, name, now)

    monkeypatch.setattr(Pulse, "begins", noting)


@pytest.mark.sweep
@given(by=JUMP, back=st.booleans(), at=st.floats(1, 4000), stays=st.floats(0, 4000))
@example(by=5 * CENTURY, back=False, at=20.0, stays=1000.0)
@example(by=5 * CENTURY, back=True, at=20.0, stays=1000.0)
@example(by=timedelta(seconds=100), back=True, at=20.0, stays=1000.0)
@settings(max_examples=examples(25))
def test_case_133_no_tick_waits_longer_than_its_period_whatever_the_clock_does(
    by: timedelta, back: bool, at: float, stays: float
) -> None:
    ticking, jump = Ticking(), -by if back else by
    end = at + stays + 2 * max(PERIODS.values())
    with pytest.MonkeyPatch.context() as patch:
        every_look(ticking, patch)
        ticking.live((at, jump), (at + stays, -jump), until=end)
    for name, every in PERIODS.items():
        times = [0.0, *ticking.ran[name], end]
        assert max(after - before for before, after in pairwise(times)) <= every + SLACK, name
        assert len(times) <= 2 * end / every + 5, name


def test_case_133_a_tick_that_never_ends_is_logged_once_and_reported_to_staff() -> None:
    ticking = Ticking()

    async def hangs(_: Worker) -> None:
        await asyncio.Event().wait()

    ticks = tuple(replace(tick, run=hangs) if tick.name == "escalate" else tick for tick in IDLE)
    with capture_logs() as logs:
        ticking.live(until=1000, ticks=ticks)
    alarms = [line for line in logs if line["event"] == "tick.silent"]
    assert [(line["tick"], line["log_level"]) for line in alarms] == [("escalate", "error")]
    assert ticking.worker.pulse.silent(ticking.time.time()) == {"escalate"}


def test_case_133_a_tick_that_always_fails_raises_an_alarm_and_runs_no_faster() -> None:
    ticking = Ticking()
    tries: list[float] = []

    async def fails(_: Worker) -> None:
        tries.append(ticking.time.time())
        raise RuntimeError

    ticks = tuple(replace(tick, run=fails) if tick.name == "close" else tick for tick in IDLE)
    with capture_logs() as logs:
        ticking.live(until=600, ticks=ticks)
    assert [line["tick"] for line in logs if line["event"] == "tick.silent"] == ["close"]
    assert len(tries) <= 11


# Set back to 1120, where a float no longer holds the microseconds that APScheduler compares.
INTO_1120 = [
    (1.5, timedelta(days=41610, seconds=-78049, microseconds=-610183), True),
    (1.5, timedelta(days=1, seconds=-86010, microseconds=-435061), True),
    (1.5, timedelta(days=180624, seconds=-30943, microseconds=-645741), True),
    (46.6783986912682, timedelta(days=108974, seconds=-66185, microseconds=-933990), True),
    (1.5, timedelta(seconds=307, microseconds=492484), False),
]


@given(
    jumps=st.lists(st.tuples(st.floats(0, 200), JUMP, st.booleans()), min_size=1, max_size=6),
)
@example(jumps=INTO_1120)
@settings(max_examples=examples(50))
def test_case_133_a_worker_waits_for_five_minutes_after_the_last_jump_and_no_longer(
    jumps: list[tuple[float, timedelta, bool]],
) -> None:
    ticking, at = Ticking(), 0.0
    events = []
    for after, by, back in jumps:
        at += after
        events.append((at, -by if back else by))
    ticking.live(*events, until=at + 302)
    assert not ticking.worker.watch.is_distrusted
    assert ticking.worker.steady_now() == ticking.time.clock()


@pytest.mark.parametrize("by", [HOUR, -HOUR, 400 * DAY, -CENTURY], ids=str)
def test_case_134_the_effects_of_a_jump_are_repaired_as_soon_as_the_clock_is_trusted_again(
    by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking, ran = Ticking(), list[float]()

    async def noting(_: Worker) -> None:
        ran.append(ticking.time.time())

    ticks = tuple(replace(tick, run=noting) if tick.name == REPAIR else tick for tick in IDLE)
    ticking.live((100, by), (700, -by), until=1010, ticks=ticks)
    assert any(400 <= at <= 403 for at in ran)
    assert any(1000 <= at <= 1003 for at in ran)


def test_case_133_stopped_ticks_are_on_the_staff_page_and_in_the_metrics() -> None:
    """tests/delivery/test_heartbeats.py tests the heartbeats on both databases."""
    pulse = Pulse({"escalate": 30, "close": 60}, 0.0)
    pulse.ends("close", 80.0)
    assert pulse.silent(90.0) == frozenset()
    assert pulse.silent(90.5) == {"escalate"}
    assert pulse.newly_silent(90.5) == [("escalate", 90.5)]
    assert pulse.newly_silent(100.0) == []
    pulse.ends("escalate", 101.0)
    assert pulse.newly_silent(200.0) == [("escalate", 99.0)]


def test_a_late_tick_runs_once_and_is_never_dropped(worker: Worker) -> None:
    jobs = process._scheduler(worker).get_jobs()
    assert {job.id for job in jobs} == {tick.name for tick in TICKS}
    for job in jobs:
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


async def test_a_tick_that_fails_does_not_stop_the_others(worker: Worker) -> None:
    ran: list[str] = []

    async def fails(_: Worker) -> None:
        ran.append("fails")
        raise RuntimeError

    async def goes_on(_: Worker) -> None:
        ran.append("goes on")

    await process._guarded(worker, replace(TICKS[0], run=fails))
    await process._guarded(worker, replace(TICKS[1], run=goes_on))
    assert ran == ["fails", "goes on"]
