"""One trip to the thread for each statement, and no transaction left open by a task that was cancelled."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.db import Database
from server.db.sqlite_driver import LOOKS_AGAIN, Connection, connect
from server.db.sqlite_library import sqlite3


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Connection]:
    connection = await connect(str(tmp_path / "x.db"), 5.0, ["synchronous=OFF"])
    yield connection
    await connection.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What goes to a connection's thread."""
    made: list[object] = []
    execute = Connection._execute

    async def counted(self: Connection, *work: object, **options: object) -> object:
        made.append(work)
        return await execute(self, *work, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Connection, "_execute", counted)
    return made


async def run(connection: Connection, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    cursor = connection.cursor()
    await cursor.execute(sql, parameters)
    return await cursor.fetchall()


async def test_a_cursor_says_what_the_statement_did(opened: Connection) -> None:
    await run(opened, "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)")
    cursor = opened.cursor()
    await cursor.executemany("INSERT INTO t (word) VALUES (?)", [("one",), ("two",)])
    assert (cursor.rowcount, cursor.description) == (2, None)
    await cursor.execute("UPDATE t SET word = upper(word) WHERE id < ? RETURNING word", (2,))
    assert (await cursor.fetchall(), [column[0] for column in cursor.description]) == ([("ONE",)], ["word"])
    await cursor.execute("INSERT INTO t (word) VALUES ('three')")
    assert cursor.lastrowid == 3
    await cursor.close()
    assert await run(opened, "SELECT word FROM t ORDER BY id") == [("ONE",), ("two",), ("three",)]
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await run(opened, "SELECT 1 FROM nowhere")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_transaction_makes_one_trip_for_each_statement_and_one_to_end(
    database: Database, trips: list[object]
) -> None:
    async with database.reading() as db:
        await db.execute(text("SELECT 1"))
    trips.clear()
    async with database.writing() as db:
        await db.execute(text("SELECT name FROM clinic"))
        await db.execute(text("UPDATE clinic SET name = name"))
    assert len(trips) == 4  # BEGIN IMMEDIATE, two statements, COMMIT
    trips.clear()
    async with database.reading() as db:
        await db.execute(text("SELECT name FROM clinic"))
    assert len(trips) == 3  # BEGIN, a statement, ROLLBACK


async def test_a_rollback_ends_a_begin_that_was_still_waiting_when_its_task_was_cancelled(
    opened: Connection, tmp_path: Path
) -> None:
    other = await connect(str(tmp_path / "x.db"), 0.0, [])
    await run(other, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(run(opened, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    ending = asyncio.create_task(opened.rollback())
    await asyncio.sleep(0)  # it goes to the thread while BEGIN is still there
    await run(other, "ROLLBACK")
    await ending
    await run(opened, "SELECT 1")  # the thread has come past BEGIN
    await run(other, "BEGIN IMMEDIATE")
    await other.rollback()
    await other.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_cancelled_task_leaves_the_database_to_the_next(database: Database) -> None:
    began = asyncio.Event()

    async def write() -> None:
        async with database.writing() as db:
            await db.execute(text("UPDATE clinic SET name = name"))
            began.set()
            await asyncio.sleep(60)

    writing = asyncio.create_task(write())
    await began.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with database.writing() as db:
        await db.execute(text("UPDATE clinic SET name = name"))


async def test_who_waits_for_the_write_lock_looks_each_millisecond(
    opened: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself would look ever more seldom, and miss the moments in which a busy process has released it."""
    slept: list[float] = []
    looked_often = asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 20:
            loop.call_soon_threadsafe(looked_often.set)
        sleep(seconds)

    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", note)
    other = await connect(str(tmp_path / "x.db"), 5.0, [])
    await run(other, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(run(opened, "BEGIN IMMEDIATE"))
    async with asyncio.timeout(10):
        await looked_often.wait()
    await run(other, "ROLLBACK")
    await waiting
    assert set(slept) == {LOOKS_AGAIN}
    await opened.rollback()
    await other.close()


async def test_a_file_becomes_a_wal_once_nobody_writes(tmp_path: Path) -> None:
    """Two processes that start at once on a file without a WAL: SQLite itself would refuse one of them at once."""
    holder = await connect(str(tmp_path / "x.db"), 5.0, ["journal_mode=TRUNCATE"])
    await run(holder, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(connect(str(tmp_path / "x.db"), 5.0, ["journal_mode=WAL"]))
    await asyncio.sleep(20 * LOOKS_AGAIN)
    await run(holder, "ROLLBACK")
    opened = await waiting
    assert await run(opened, "PRAGMA journal_mode") == [("wal",)]
    for connection in (holder, opened):
        await connection.close()


async def test_a_write_lock_that_stays_taken_is_an_error_and_other_waits_last_as_before(tmp_path: Path) -> None:
    holder, waits = [await connect(str(tmp_path / "x.db"), timeout, []) for timeout in (5.0, 0.05)]
    await run(holder, "BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        await run(waits, "BEGIN IMMEDIATE")
    assert not waits.in_transaction
    assert await run(waits, "PRAGMA busy_timeout") == [(50,)]
    for connection in (holder, waits):
        await connection.rollback()
        await connection.close()


async def test_an_upgrade_that_set_a_longer_timeout_waits_that_long_for_the_write_lock(tmp_path: Path) -> None:
    holder, waits = [await connect(str(tmp_path / "x.db"), timeout, []) for timeout in (5.0, 0.05)]
    await run(waits, "PRAGMA busy_timeout=30000")
    await run(holder, "BEGIN IMMEDIATE")
    waiting = asyncio.create_task(run(waits, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0.3)
    await run(holder, "ROLLBACK")
    await waiting
    assert await run(waits, "PRAGMA busy_timeout") == [(30000,)]
    await waits.rollback()
    for connection in (holder, waits):
        await connection.close()
