"""Heartbeats show whether any worker is sending."""

from datetime import timedelta

from server.channels.protocol import Outcome, Result
from server.clock import JUMP, SETTLES_AFTER, ClockWatch
from server.db import Database
from server.delivery import heartbeats
from server.delivery.sender import Sender
from server.exchange.metrics import scrape
from server.worker.worker import Worker
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble


async def test_case_7_staff_are_told_when_no_worker_beats(database: Database, signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert "Reminders are not going out" in words(await maria.get("/staff"))
    async with database.writing() as db:
        await heartbeats.beat(db, "w1", None, NOW)
    assert "Reminders are not going out" not in words(await maria.get("/staff"))


async def test_case_7_one_living_worker_is_enough(database: Database) -> None:
    async with database.writing() as db:
        await heartbeats.beat(db, "dead", None, NOW - timedelta(minutes=3))
        await heartbeats.beat(db, "held", "the clock jumped", NOW)
    async with database.reading() as db:
        assert await heartbeats.trouble(db, NOW) == "clock-jumped"
    async with database.writing() as db:
        await heartbeats.beat(db, "well", None, NOW)
    async with database.reading() as db:
        assert await heartbeats.trouble(db, NOW) is None
        assert await heartbeats.trouble(db, NOW + timedelta(minutes=2)) == "stopped"


def test_case_8_after_a_clock_jump_sending_waits_until_the_new_time_has_stood() -> None:
    watch = ClockWatch(NOW, 0.0).look(NOW + timedelta(seconds=30), 30.0)
    assert not watch.is_distrusted
    for jump in (timedelta(hours=1), -timedelta(hours=1), timedelta(days=365 * 174)):
        jumped = watch.look(watch.wall + jump + timedelta(seconds=30), 60.0)
        assert jumped.is_distrusted
        soon = jumped.look(jumped.wall + timedelta(seconds=SETTLES_AFTER - 1), 60.0 + SETTLES_AFTER - 1)
        assert soon.is_distrusted
        assert not soon.look(soon.wall + timedelta(seconds=2), 61.0 + SETTLES_AFTER).is_distrusted
    slow = watch.look(watch.wall + timedelta(seconds=30 + JUMP / 2), 60.0)
    assert not slow.is_distrusted


async def test_case_8_a_worker_that_waits_reports_it(database: Database, clock: StillClock) -> None:
    push, ticks = PushDouble(Outcome(Result.ACCEPTED, 201)), [0.0]
    sender = Sender(database, push, clock, "https://localhost")
    worker = Worker(database, sender, clock, monotonic=lambda: ticks[0])
    await worker.send_due()
    clock.move(hours=1)
    ticks[0] += 30
    await worker.send_due()
    async with database.reading() as db:
        assert await heartbeats.trouble(db, clock()) == "clock-jumped"
    clock.move(seconds=SETTLES_AFTER)
    ticks[0] += SETTLES_AFTER
    await worker.send_due()
    async with database.reading() as db:
        assert await heartbeats.trouble(db, clock()) is None


async def test_case_133_a_heartbeat_from_the_future_does_not_count(database: Database) -> None:
    async with database.writing() as db:
        await heartbeats.beat(db, "ahead", None, NOW + timedelta(days=400))
    async with database.reading() as db:
        assert await heartbeats.trouble(db, NOW) == "stopped"
        assert b"interlude_worker_beat_age_seconds +Inf" in await scrape(db, NOW)


async def test_case_133_staff_are_told_of_a_tick_that_no_worker_runs(
    database: Database, signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        await heartbeats.beat(db, "w1", None, NOW, {"escalate", "close"})
    async with database.reading() as db:
        assert await heartbeats.trouble(db, NOW) == "silent"
        assert b'interlude_tick_silent{tick="escalate"} 1.0' in await scrape(db, NOW)
    assert "Interlude has stopped some of its work" in words(await (await signed_in(cast.maria)).get("/staff"))
    async with database.writing() as db:
        await heartbeats.beat(db, "w2", None, NOW, {"ping"})
    async with database.reading() as db:
        assert await heartbeats.trouble(db, NOW) is None
