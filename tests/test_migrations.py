"""Upgrading the schema: once, all or nothing, with a copy of the file, and without losing stored rows."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy import table as sql_table

from server import migrations
from server.db import Base, Database
from server.db.sqlite_library import sqlite3
from server.people.models import Patient
from tests.cast import Cast
from tests.migrating import bare_url as bare_url
from tests.migrating import differences, fill, tables


async def test_the_newest_step_is_the_one_that_alembic_would_end_at(bare_url: str) -> None:
    database = Database(bare_url)
    assert await migrations.is_behind(database)
    await migrations.upgrade(database, "0001")
    assert await migrations.is_behind(database)
    await migrations.upgrade(database)
    assert not await migrations.is_behind(database)
    async with database.engine.connect() as connection:
        heads = await connection.run_sync(lambda one: ScriptDirectory.from_config(migrations.config(one)).get_heads())
    assert heads == [migrations.newest()]
    await database.close()


async def test_upgrading_again_changes_nothing(database: Database, cast: Cast) -> None:
    await migrations.upgrade(database)
    async with database.reading() as db:
        assert len(list(await db.scalars(select(Patient)))) == 3


async def test_two_processes_that_start_at_once_upgrade_once(bare_url: str) -> None:
    one, other = Database(bare_url), Database(bare_url)
    await asyncio.gather(migrations.upgrade(one), migrations.upgrade(other))
    async with one.engine.connect() as connection:
        assert await connection.run_sync(tables) == Base.metadata.tables.keys() | {"alembic_version"}
    await one.close()
    await other.close()


@pytest.mark.sweep
async def test_case_54_an_upgrade_that_fails_half_way_changes_nothing(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, whole = Database(bare_url), migrations._upgrade

    def breaks_off(connection: Connection, to: str) -> None:
        whole(connection, to)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "_upgrade", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    monkeypatch.setattr(migrations, "_upgrade", whole)
    await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


RENAMED = {"set_aside": "conflicting_version", "worker_beat": "worker_heartbeat", "breaker": "circuit_breaker"}


@pytest.mark.sweep
async def test_case_54_stored_rows_survive_the_migrations(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0001")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        before = await connection.run_sync(tables)
    await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        for table in before - {"alembic_version"}:
            count = await connection.scalar(select(func.count()).select_from(sql_table(RENAMED.get(table, table))))
            assert count == 1, table
    await database.close()


async def test_case_54_an_upgrade_keeps_a_copy_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "interlude.db"
    database = Database(f"sqlite:///{file}")
    await migrations.upgrade(database, "0001")
    assert list(tmp_path.glob("*.at-*")) == []  # there was nothing to copy
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
    for _ in range(2):  # the second upgrade changes nothing
        await migrations.upgrade(database)
    await database.close()
    [copy] = tmp_path.glob("*.at-*")
    assert copy.name == "interlude.db.at-0001"
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert kept.execute("SELECT count(*) FROM patient").fetchone() == (1,)


def test_every_step_alters_tables_in_the_same_way() -> None:
    """Alembic's own call reads every table that the altered one refers to, and those that they refer to."""
    assert [path.name for path in migrations.VERSIONS.glob("*.py") if "batch_alter_table" in path.read_text()] == []
