"""A write in another process wakes the worker, even after the connection that reports writes has ended (case 136)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from server.db import Database
from server.worker import wakeups
from server.worker.wakeups import notice_writes
from server.worker.worker import Worker
from tests.cast import Cast
from tests.delivery.locking import postgres_only
from tests.worker.scene import remind

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process, such as the web process."""
    other_process = Database(database_url)
    yield other_process
    await other_process.close()


@pytest.fixture
async def noticing(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(wakeups, "LOOK_EVERY", 0.05)
    task = asyncio.create_task(notice_writes(worker))
    async with asyncio.timeout(30):
        await worker.wake.wait()  # the connection is up
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def wakes(worker: Worker, other: Database, cast: Cast) -> None:
    """Exactly one write, and the worker notices it."""
    worker.wake.clear()
    await remind(other, cast, timedelta(hours=1))
    async with asyncio.timeout(30):
        await worker.wake.wait()


@pytest.mark.usefixtures("noticing")
async def test_a_booking_in_another_process_wakes_the_worker(worker: Worker, other: Database, cast: Cast) -> None:
    for _ in range(2):
        await wakes(worker, other, cast)
    assert worker.hears_writes


@postgres_only
@pytest.mark.usefixtures("noticing")
async def test_case_136_the_worker_reconnects_after_its_connection_was_killed(
    worker: Worker, other: Database, cast: Cast
) -> None:
    for _ in range(2):
        with capture_logs() as logs:
            await kill_other_connections(other)
            await heard(logs, "wake-ups.ended")
            await heard(logs, "wake-ups.back")
        assert worker.hears_writes
        await wakes(worker, other, cast)


async def test_case_136_until_it_has_reconnected_the_worker_looks_every_second(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failed attempt wakes it too. One line is logged, however long the trouble lasts."""
    monkeypatch.setattr(wakeups, "LOOK_EVERY", 0.01)
    tries: list[float] = []

    async def fails(_: Worker) -> None:
        tries.append(await worker.until_due())
        raise ConnectionRefusedError

    monkeypatch.setattr(wakeups, "_look" if worker.database.is_sqlite else "_listen", fails)
    with capture_logs() as logs:
        task = asyncio.create_task(notice_writes(worker))
        async with asyncio.timeout(30):
            for _ in range(3):
                await worker.wake.wait()
                worker.wake.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert tries[1:3] == [1.0, 1.0]
    assert [line["event"] for line in logs] == ["wake-ups.ended"]


async def kill_other_connections(other: Database) -> None:
    async with other.writing() as db:
        for pid in list(await db.scalars(text(LISTENERS))):
            await db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


async def heard(logs: Sequence[Mapping[str, object]], event: str) -> None:
    async with asyncio.timeout(30):
        while event not in [line["event"] for line in logs]:  # noqa: ASYNC110  # a log has no event to wait for
            await asyncio.sleep(0.02)
