"""SQLite comes as a package where that has a wheel, and from Python itself elsewhere (case 55)."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from server.db import Database, has_wal_reset_fault
from server.db.sqlite_library import sqlite3

HAS_WHEEL = (sys.platform, platform.machine()) in {("linux", "x86_64"), ("darwin", "arm64")}

# What a machine without the wheel does: write, fail and read in a new process.
WITHOUT_THE_PACKAGE = """
import asyncio, sys
sys.modules["pysqlite3"] = None
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from server.db import Database
from server.db.sqlite_library import sqlite3

async def main():
    database = Database(sys.argv[1])
    async with database.writing() as db:
        await db.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY)"))
        await db.execute(text("INSERT INTO t VALUES (7)"))
    async with database.reading() as db:
        print(sqlite3.__name__, await db.scalar(text("SELECT id FROM t")))
        try:
            await db.execute(text("SELECT 1 FROM nowhere"))
        except OperationalError as error:
            print(type(error.orig).__module__)
    await database.close()

asyncio.run(main())
"""


@pytest.mark.skipif(not HAS_WHEEL, reason="the package has no wheel for this machine")
def test_case_55_the_package_brings_an_sqlite_without_the_fault() -> None:
    assert sqlite3.__name__ == "pysqlite3.dbapi2"
    assert not has_wal_reset_fault(sqlite3.sqlite_version_info)


async def test_the_database_runs_on_the_sqlite_of_this_module(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.reading() as db:
        version = await db.scalar(text("SELECT sqlite_version()"))
    dialect = database.engine.dialect
    await database.close()
    assert version == sqlite3.sqlite_version
    assert getattr(dialect.dbapi, "sqlite_version_info", None) == sqlite3.sqlite_version_info


async def test_sqlalchemy_knows_the_errors_of_this_module(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.writing() as db:
        await db.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY)"))
        await db.execute(text("INSERT INTO t VALUES (7)"))
    async with database.reading() as db:
        with pytest.raises(IntegrityError) as twice:
            await db.execute(text("INSERT INTO t VALUES (7)"))
        with pytest.raises(OperationalError) as missing:
            await db.execute(text("SELECT 1 FROM nowhere"))
    await database.close()
    assert isinstance(twice.value.orig, sqlite3.IntegrityError)
    assert isinstance(missing.value.orig, sqlite3.OperationalError)


def test_case_55_pythons_own_sqlite_serves_where_the_package_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_THE_PACKAGE, f"sqlite:///{tmp_path / 'x.db'}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert printed == ["sqlite3", "7", "sqlite3"]


def test_a_copy_of_a_database_in_use_holds_what_still_stands_in_the_wal(tmp_path: Path) -> None:
    """The backup of docs/operating.md: it neither writes nor takes locks that others wait for."""
    path, copy = tmp_path / "a.db", tmp_path / "b.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t (id INTEGER)")
    writer.execute("INSERT INTO t VALUES (7)")
    reader, target = sqlite3.connect(f"file:{path}?mode=ro", uri=True), sqlite3.connect(copy)
    reader.backup(target)
    assert target.execute("SELECT id FROM t").fetchall() == [(7,)]
    for each in (reader, target, writer):
        each.close()
