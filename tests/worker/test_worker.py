"""A worker sends what is due, and sleeps until the next moment."""

from datetime import timedelta

import pytest

from server.db import Database
from server.delivery.sender import Sender
from server.reminders.models import Reminder
from server.worker.worker import LONGEST_SLEEP, LOOK_AGAIN, LOOK_EVERY, Worker
from tests.cast import NOW, Cast
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import rows, subscribed
from tests.worker.scene import remind


@pytest.mark.parametrize(
    ("after", "sleep"),
    [(timedelta(seconds=12), 12.0), (timedelta(hours=1), LONGEST_SLEEP), (timedelta(seconds=-5), 0.05)],
)
async def test_the_worker_sleeps_until_the_next_moment(
    worker: Worker, database: Database, cast: Cast, after: timedelta, sleep: float
) -> None:
    assert await worker.until_due() == LONGEST_SLEEP
    await remind(database, cast, after)
    assert await worker.until_due() == pytest.approx(sleep)


async def test_case_137_a_worker_that_waits_for_the_clock_sleeps_while_something_is_due(
    worker: Worker, database: Database, cast: Cast, clock: StillClock
) -> None:
    await remind(database, cast, timedelta(seconds=-5))
    worker.monotonic = lambda: NOW.timestamp()  # so that the wall clock alone moves
    clock.move(hours=1)
    assert worker.distrusts_clock()
    assert await worker.until_due() == LONGEST_SLEEP


async def test_case_137_a_due_reminder_that_cannot_be_claimed_is_checked_once_a_second(
    worker: Worker, database: Database, cast: Cast
) -> None:
    await remind(database, cast, timedelta(seconds=-5))
    assert [await worker.until_due() for _ in range(3)] == pytest.approx([LOOK_AGAIN, LOOK_EVERY, LOOK_EVERY])
    await remind(database, cast, timedelta(seconds=-9))
    assert await worker.until_due() == pytest.approx(LOOK_AGAIN)


async def test_case_136_without_wake_ups_the_worker_looks_every_second(worker: Worker) -> None:
    worker.hears_writes = False
    assert await worker.until_due() == LOOK_EVERY


async def test_due_reminders_are_sent_in_batches_until_none_is_left(
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
