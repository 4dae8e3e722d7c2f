"""One transaction a piece of work, every row a clinic's, and the SQLite that has a fault (cases 53 and 55)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from litestar import Litestar
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import aliased

from server import db as house
from server.db import Database, has_wal_reset_fault, scope, unscoped
from server.people.models import Caregiver, Clinic, Patient, Staff
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


async def test_case_55_wal_is_off_where_it_is_faulty(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.reading() as db:
        mode = await db.scalar(text("PRAGMA journal_mode"))
        synchronous = await db.scalar(text("PRAGMA synchronous"))
        foreign_keys = await db.scalar(text("PRAGMA foreign_keys"))
    await database.close()
    assert mode == ("truncate" if has_wal_reset_fault(sqlite3.sqlite_version_info) else "wal")
    assert (synchronous, foreign_keys) == (2, 1)


async def test_a_session_of_one_clinic_never_reads_anothers_rows(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        scope(db, cast.harbor.id)
        names = {patient.name for patient in await db.scalars(select(Patient))}
        assert names == {"Rosa Delgado", "Walter Brandt"}
        assert await db.get(Patient, cast.helen.id) is None
        assert await db.scalar(select(Patient.id).where(Patient.id == cast.helen.id)) is None
        assert await db.scalar(select(func.count()).select_from(Patient)) == 2
        other = aliased(Patient)
        assert await db.scalar(select(other.id).where(other.id == cast.helen.id)) is None
        joined = select(Staff.id).join(Patient, Patient.clinic_id == Staff.clinic_id)
        assert cast.tom.id not in set(await db.scalars(joined))


async def test_the_scope_is_the_sessions_own(database: Database, cast: Cast) -> None:
    """The statement is compiled once and run for both: each gets its own clinic's rows."""
    for clinic, count in ((cast.harbor, 2), (cast.mesa, 1), (cast.harbor, 2)):
        async with database.reading() as db:
            scope(db, clinic.id)
            assert len(list(await db.scalars(select(Patient)))) == count


async def test_a_session_of_one_clinic_never_changes_anothers_rows(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        scope(db, cast.harbor.id)
        await db.execute(update(Patient).where(Patient.id == cast.helen.id).values(contact="text"))
        await db.execute(update(Patient).values(contact="caregiver"))
        await db.execute(delete(Caregiver).where(Caregiver.clinic_id == cast.mesa.id))
        await db.execute(delete(Caregiver))
    contacts = {patient.name: patient.contact for patient in await rows(database, Patient)}
    assert contacts == {"Rosa Delgado": "caregiver", "Walter Brandt": "caregiver", "Helen Marsh": "call"}
    assert await rows(database, Caregiver) == []


async def test_a_delete_of_one_clinic_leaves_anothers_rows(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        scope(db, cast.mesa.id)
        await db.execute(delete(Caregiver))
    assert [caregiver.name for caregiver in await rows(database, Caregiver)] == ["Luis Delgado"]


async def test_a_question_about_all_clinics_is_asked_on_purpose(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        scope(db, cast.harbor.id)
        with unscoped(db):
            assert len(list(await db.scalars(select(Patient)))) == 3
        assert len(list(await db.scalars(select(Patient)))) == 2


async def test_an_exception_rolls_everything_back(database: Database, cast: Cast) -> None:
    async def fails() -> None:
        async with database.writing() as db:
            db.add(Patient(clinic_id=cast.harbor.id, name="Nobody", zone="UTC"))
            await db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert len(await rows(database, Patient)) == 3


async def test_a_task_that_is_cancelled_leaves_nothing_and_blocks_nobody(database: Database, cast: Cast) -> None:
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


async def test_case_69_an_error_of_the_database_does_not_repeat_what_was_written(
    database: Database, cast: Cast
) -> None:
    """Such an error goes into the log with all it says."""
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


async def test_a_moment_without_its_zone_is_refused(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        with pytest.raises(Exception, match="a moment needs its zone"):
            await db.scalar(select(Patient).where(Patient.paused_at == datetime(2026, 11, 16)))


@pytest.fixture
async def locked(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> AsyncIterator[Database]:
    """Another process that can hold the lock; ours waits a tenth of a second for it, to keep the test short."""
    monkeypatch.setattr(house, "BUSY_TIMEOUT", 0.1)
    held = Database(sqlite_url)
    yield held
    await held.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_53_a_lock_held_too_long_is_said_and_the_retry_succeeds(
    locked: Database, app: Litestar, cast: Cast, browser: Browser
) -> None:
    await browser.csrf()
    async with locked.writing():
        refused = await browser.submit("/join/code", {"code": "0000 0000"})
    assert refused.status_code == 503
    assert "Nothing was sent" in refused.text
    assert (await browser.submit("/join/code", {"code": "0000 0000"})).status_code == 422


async def test_case_53_a_commit_that_a_reader_holds_up_is_refused_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, locked: Database
) -> None:
    """With a rollback journal, a commit waits for whoever reads: as long as it is willing to."""
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
    for _ in range(10):  # more than the pool holds
        await writes("kept")
    async with locked.writing():  # and nobody else waits
        names = [clinic.name for clinic in await rows(database, Clinic)]
    await database.close()
    assert ("lost" in names, names.count("kept")) == (False, 10)
