"""A write in another process wakes the worker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from server.db import Database
from server.worker import process
from server.worker.wakeups import notice_writes
from server.worker.worker import Worker
from tests.cast import Cast
from tests.worker.scene import remind


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process: the web, say."""
    held = Database(database_url)
    yield held
    await held.close()


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
