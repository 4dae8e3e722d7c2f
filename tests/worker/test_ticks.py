"""The recurring ticks: each has a sentence, and together they run the whole life of a check-in."""

from datetime import timedelta

from server.checkins.models import CheckIn
from server.db import Database
from server.reminders.models import Reminder
from server.worker.ticks import TICKS
from server.worker.worker import Worker
from tests.cast import NOW, Cast
from tests.conftest import StillClock
from tests.stories import due_check_in, rows


def test_each_tick_has_a_name_and_a_sentence() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    for tick in TICKS:
        assert tick.says[0].isupper()
        assert tick.says.endswith(".")
        assert 1 <= tick.every <= 24 * 3600


async def test_every_tick_runs_on_an_empty_database(worker: Worker) -> None:
    for tick in TICKS:
        await tick.run(worker)
    assert await rows(worker.database, Reminder) == []
    await worker.send_due()


async def test_the_ticks_alone_run_the_life_of_a_weekly_check_in(
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
