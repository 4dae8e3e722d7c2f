"""A tick that runs often reads no whole table, and one that runs seldom reads only the table that it is about."""

from datetime import timedelta

import pytest

from server.db import Database
from server.worker.ticks import TICKS
from server.worker.worker import Worker
from tests.cast import Cast
from tests.conftest import StillClock
from tests.query_plans import record
from tests.world import world_of

OFTEN = 60  # seconds
READS_WHOLE = {
    "lay-out": {"plan"},
    "reckon": {"appointment", "patient"},
    "repair": {"appointment", "device"},
    "ask": {"device", "subscription"},
    "forget": {"once_key"},
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_tick_scans_a_table_that_it_need_not(
    worker: Worker, database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        await world_of(db, cast.rosa, cast.maria)
    recorded = record(database)
    found: dict[str, set[str]] = {}
    for passed in (timedelta(0), timedelta(hours=3), timedelta(days=1), timedelta(days=20)):
        clock.now += passed
        again = Worker(database, worker.sender, clock, worker.monotonic)  # it takes no jump of the clock for one
        for tick in TICKS:
            recorded.begin()
            await tick.run(again)
            if scanned := await recorded.scans():
                found.setdefault(tick.name, set()).update(scanned.values())
    assert not found.keys() & {tick.name for tick in TICKS if tick.every <= OFTEN}
    assert found == READS_WHOLE
