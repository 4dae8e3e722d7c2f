"""Transactions, and the SQLite versions that have the WAL-reset fault (cases 53 and 55)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from server.db import Database, has_wal_reset_fault
from server.db import database as house
from server.db.sqlite_library import sqlite3
from server.people.models import Clinic, Patient
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.stories import rows


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 44, 7), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 50, 8), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_case_55_the_versions_with_the_wal_reset_fault_are_known(version: tuple[int, ...], faulty: bool) -> None:
    assert has_wal_reset_fault(version) == faulty


async def test_case_55_wal_is_off_in_versions_with_the_fault(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.reading() as db:
        mode = await db.scalar(text("PRAGMA journal_mode"))
        synchronous = await db.scalar(text("PRAGMA synchronous"))
        foreign_keys = await db.scalar(text("PRAGMA foreign_keys"))
    await database.close()
    assert mode == ("truncate" if has_wal_reset_fault(sqlite3.sqlite_version_info) else "wal")
    assert (synchronous, foreign_keys) == (2, 1)


async def test_an_exception_rolls_back_the_transaction(database: Database, cast: Cast) -> None:
    async def fails() -> None:
        async with database.writing() as db:
            db.add(Patient(clinic_id=cast.harbor.id, name="Nobody", zone="UTC"))
            await db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert len(await rows(database, Patient)) == 3


async def test_a_cancelled_task_leaves_no_row_and_no_lock(database: Database, cast: Cast) -> None:
    reached = asyncio.Event()

    async def hangs() -> None:
        async with database.writing() as db:
            db.add(Patient(clinic_id=cast.harbor.id, name="Nobody", zone="UTC"))
            await db.flush()
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hangs())
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with database.writing() as db:
        db.add(Patient(clinic_id=cast.harbor.id, name="Somebody", zone="UTC"))
    assert sorted(p.name for p in await rows(database, Patient))[-2:] == ["Somebody", "Walter Brandt"]


async def test_two_processes_write_at_once_and_nothing_is_lost(
    database: Database, database_url: str, cast: Cast
) -> None:
    other = Database(database_url)

    async def write(through: Database, name: str) -> None:
        async with through.writing() as db:
            before = await db.scalar(select(func.count()).select_from(Patient))
            db.add(Patient(clinic_id=cast.harbor.id, name=f"{name} after {before}", zone="UTC"))

    await asyncio.gather(*(write(through, f"{n}") for n in range(10) for through in (database, other)))
    await other.close()
    assert len(await rows(database, Patient)) == 23


async def test_case_69_a_database_error_does_not_repeat_the_values(database: Database, cast: Cast) -> None:
    """The log contains the whole text of such an error."""
    async with database.reading() as db:
        db.add(
            Clinic(
                id=cast.harbor.id,
                name="canary",
                zone="UTC",
                country="US",
                phone="",
                emergency_number="",
                crisis_line="",
            )
        )
        with pytest.raises(IntegrityError) as failed:
            await db.flush()
    assert "canary" not in str(failed.value)


@pytest.fixture
async def locked(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> AsyncIterator[Database]:
    """Another process, which can hold the write lock.

    Ours waits only a tenth of a second for it, to keep the test short.
    """
    monkeypatch.setattr(house, "BUSY_TIMEOUT", 0.1)
    impatient = Database(sqlite_url)
    yield impatient
    await impatient.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_53_a_lock_held_too_long_raises_an_error_and_the_retry_succeeds(
    locked: Database, app: Litestar, cast: Cast, browser: Browser
) -> None:
    await browser.csrf()
    async with locked.writing():
        refused = await browser.submit("/join/code", {"code": "0000 0000"})
    assert refused.status_code == 503
    assert "Nothing was sent" in refused.text
    assert (await browser.submit("/join/code", {"code": "0000 0000"})).status_code == 422


async def test_case_53_a_commit_blocked_by_a_reader_fails_without_blocking_others(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, locked: Database
) -> None:
    """With a rollback journal, a commit waits for readers until its timeout."""
    monkeypatch.setattr(house, "has_wal_reset_fault", lambda _: True)
    database = Database(sqlite_url)

    async def writes(name: str) -> None:
        async with database.writing() as db:
            db.add(Clinic(name=name, zone="UTC", country="US", phone="", emergency_number="", crisis_line=""))

    async with locked.reading() as db:
        assert await db.scalar(text("PRAGMA journal_mode")) in ("truncate", "wal")
        await db.execute(select(Clinic.id))
        with pytest.raises(OperationalError, match="locked"):
            await writes("lost")
    for _ in range(10):  # more than the pool has
        await writes("kept")
    async with locked.writing():  # and no other connection waits
        names = [clinic.name for clinic in await rows(database, Clinic)]
    await database.close()
    assert ("lost" in names, names.count("kept")) == (False, 10)


async def test_a_process_pauses_between_its_writes_so_that_others_get_their_turn(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "PAUSE", 0.2)
    busy, other = Database(sqlite_url), Database(sqlite_url)
    turns: list[str] = []

    async def write(database: Database, name: str) -> None:
        async with database.writing() as db:
            await db.execute(text("UPDATE clinic SET name = name"))
            turns.append(name)

    async with busy.writing():
        waiting = asyncio.create_task(write(other, "other"))
        await asyncio.sleep(0.01)
    await write(busy, "busy")
    await waiting
    assert turns == ["other", "busy"]
    for database in (busy, other):
        await database.close()
