"""What happens by the clock: a few ticks with their sentences, woken by writes, none taking another along."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from server import crypto
from server.checkins.models import CheckIn
from server.db import Database
from server.delivery.sender import Sender
from server.reminders import flow
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from server.settings import Settings
from server.worker import construction, process
from server.worker.ticks import TICKS
from server.worker.wakeups import notice_writes
from server.worker.worker import LONGEST_SLEEP, Worker
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.reminders.scene import SUBJECT
from tests.stories import due_check_in, rows, subscribed


@pytest.fixture
def worker(database: Database, clock: StillClock) -> Worker:
    """Time that a test lets pass is passed on both clocks: none of it is a jump."""
    sender = Sender(database, PushDouble(), clock, "https://localhost")
    return Worker(database, sender, clock, lambda: clock().timestamp())


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process: the web, say."""
    held = Database(database_url)
    yield held
    await held.close()


async def remind(database: Database, cast: Cast, after: timedelta) -> None:
    async with database.writing() as db:
        await flow.replan(
            work_by(db, cast.maria),
            flow.Subject(uuid4().hex, cast.rosa.id, f"/visits/{SUBJECT}"),
            [Planned(ReminderKind.CHANGE, NOW + after, NOW + timedelta(days=3))],
        )


def test_each_tick_has_a_name_and_a_sentence() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    for tick in TICKS:
        assert tick.says[0].isupper()
        assert tick.says.endswith(".")
        assert 1 <= tick.every <= 24 * 3600


def test_a_late_tick_runs_once_and_is_never_dropped(worker: Worker) -> None:
    jobs = process._scheduler(worker).get_jobs()
    assert {job.id for job in jobs} == {tick.name for tick in TICKS}
    for job in jobs:
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


async def test_a_tick_that_fails_takes_no_other_along(worker: Worker) -> None:
    ran: list[str] = []

    async def fails(_: Worker) -> None:
        ran.append("fails")
        raise RuntimeError

    async def goes_on(_: Worker) -> None:
        ran.append("goes on")

    await process._guarded(worker, replace(TICKS[0], run=fails))
    await process._guarded(worker, replace(TICKS[1], run=goes_on))
    assert ran == ["fails", "goes on"]


async def test_every_tick_runs_on_an_empty_database(worker: Worker) -> None:
    for tick in TICKS:
        await tick.run(worker)
    assert await rows(worker.database, Reminder) == []
    await worker.send_due()


async def test_a_weeks_check_in_lives_by_the_ticks_alone(
    worker: Worker, database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    for day in range(11):
        clock.now = NOW + timedelta(days=day)
        for tick in TICKS:
            await tick.run(worker)
    states = [c.state for c in sorted(await rows(database, CheckIn), key=lambda check_in: check_in.due_at)]
    assert states == ["missed", "missed", "waiting"]


@pytest.mark.parametrize(
    ("after", "sleep"),
    [(timedelta(seconds=12), 12.0), (timedelta(hours=1), LONGEST_SLEEP), (timedelta(seconds=-5), 0.05)],
)
async def test_it_sleeps_until_the_next_moment(
    worker: Worker, database: Database, cast: Cast, after: timedelta, sleep: float
) -> None:
    assert await worker.until_due() == LONGEST_SLEEP
    await remind(database, cast, after)
    assert await worker.until_due() == pytest.approx(sleep)


async def test_what_is_due_is_sent_in_batches_until_nothing_is(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    push = PushDouble()
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    for _ in range(3):
        await remind(database, cast, timedelta())
    await Worker(database, Sender(database, push, clock, "https://localhost"), clock).send_due()
    assert len(set(push.ids)) == 3
    assert {reminder.state for reminder in await rows(database, Reminder)} == {"sent"}


async def test_a_booking_in_another_process_wakes_it(
    worker: Worker, other: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "AFTER_A_FAILURE", 0.01)
    noticing = asyncio.create_task(notice_writes(worker.database, worker.wake))
    async with asyncio.timeout(20):
        for _ in range(2):  # the first look may count as a change
            worker.wake.clear()
            while not worker.wake.is_set():
                await remind(other, cast, timedelta(hours=1))
    assert worker.wake.is_set()
    noticing.cancel()
    await asyncio.gather(noticing, return_exceptions=True)


async def test_the_worker_is_put_together_from_the_settings(settings: Settings, clock: StillClock) -> None:
    made = construction.make_worker(settings, clock)
    assert crypto.dump_keyring(crypto.keyring()) == settings.secret_keys
    assert made.sender.base_url == "https://localhost"
    await made.sender.close()
    await made.database.close()
