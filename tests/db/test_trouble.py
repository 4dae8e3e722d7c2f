"""Temporary trouble with the database is distinguished from a fault in our code."""

from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from server.db import Database
from server.db.sqlite_library import sqlite3
from server.db.trouble import Trouble, trouble_of
from tests.ports import free_port


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        NoConnectionFree(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.ConnectionDoesNotExistError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_temporary_trouble_counts_as_away(error: Exception) -> None:
    assert trouble_of(error) is Trouble.AWAY


@pytest.mark.parametrize("error", [asyncpg.LockNotAvailableError(), asyncpg.DeadlockDetectedError()], ids=repr)
def test_a_lock_of_another_transaction_counts_as_locked(error: Exception) -> None:
    assert trouble_of(error) is Trouble.LOCKED


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        IntegrityError("", None, sqlite3.IntegrityError()),
        ProgrammingError("", None, sqlite3.ProgrammingError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_in_our_code_is_not_trouble(error: Exception) -> None:
    assert trouble_of(error) is None


async def test_a_missing_server_counts_as_away() -> None:
    database = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(Exception, match=r".") as raised:
        async with database.reading() as db:
            await db.execute(text("SELECT 1"))
    assert trouble_of(raised.value) is Trouble.AWAY
    await database.close()


async def test_an_sqlite_file_that_another_process_locks_counts_as_away(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    async with database.reading() as db:
        await db.execute(text("PRAGMA busy_timeout=1"))
        await db.execute(text("CREATE TABLE t (n)"))
        await db.commit()
        other = sqlite3.connect(tmp_path / "a.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="locked") as raised:
            await db.execute(text("INSERT INTO t VALUES (1)"))
        other.close()
    assert trouble_of(raised.value) is Trouble.AWAY
    await database.close()


async def test_a_wait_for_a_lock_ends_at_its_limit(postgres_url: str) -> None:
    holder, waiter = Database(postgres_url), Database(postgres_url, lock_timeout=0.05)
    row = text("LOCK TABLE clinic IN EXCLUSIVE MODE")
    async with holder.writing() as db:
        await db.execute(row)
        with pytest.raises(Exception, match="lock timeout") as raised:
            async with waiter.writing() as other:
                await other.execute(row)
    assert trouble_of(raised.value) is Trouble.LOCKED
    await holder.close()
    await waiter.close()
