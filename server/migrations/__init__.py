"""The schema's migrations: one dated file each, run in one transaction on both databases."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

import server.access.models
import server.appointments.models
import server.checkins.models
import server.delivery.models
import server.devices.models
import server.flags.models
import server.people.models
import server.people.texting.models
import server.questionnaires.models
import server.reminders.models
import server.responses.models
from server import audit, double_presses
from server.db import BUSY_TIMEOUT, Base, Database
from server.db.sqlite_library import sqlite3
from server.settings import CannotRun

if TYPE_CHECKING:
    from alembic.config import Config

MODELS = (
    audit,
    double_presses,
    server.people.models,
    server.people.texting.models,
    server.access.models,
    server.questionnaires.models,
    server.appointments.models,
    server.reminders.models,
    server.delivery.models,
    server.devices.models,
    server.checkins.models,
    server.responses.models,
    server.flags.models,
)


class UnknownWords(CannotRun, RuntimeError):
    """A column of states holds a word that this version does not know. Nothing was changed."""


LONGEST_UPGRADE = 120  # seconds that a second process waits for the first
VERSIONS = Path(__file__).parent / "versions"
STEP = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
ONE_AT_A_TIME = 7_341_001  # key of an advisory lock, since two processes may start at once


def config(connection: Connection) -> "Config":
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("version_locations", str(VERSIONS))
    found.set_main_option("path_separator", "os")
    found.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    found.attributes["connection"] = connection
    found.attributes["metadata"] = Base.metadata
    return found


async def upgrade(database: Database, to: str = "head") -> None:
    """Upgrade the schema; does nothing if it is up to date."""
    options = {"begin": "BEGIN IMMEDIATE"} if database.is_sqlite else {}
    async with _connection(database) as connection:
        await connection.execution_options(**options)
        async with connection.begin():
            await connection.run_sync(_upgrade, to)


async def is_behind(database: Database) -> bool:
    """Whether migrations are still to be run."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_is_behind)


def _is_behind(connection: Connection) -> bool:
    return _revision(connection) != newest()


def _revision(connection: Connection) -> str | None:
    """The revision of the database, without alembic, which every process would load at start; None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def newest() -> str:
    """The revision that no other one follows."""
    steps = [dict(STEP.findall(path.read_text())) for path in VERSIONS.glob("*.py")]
    [last] = {step["revision"] for step in steps} - {step.get("down_revision", "") for step in steps}
    return str(last)


@asynccontextmanager
async def _connection(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection for the upgrade. On SQLite, foreign keys are off: it recreates tables that others refer to."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            yield connection
            return
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute("PRAGMA foreign_keys=OFF")
        await raw.execute(f"PRAGMA busy_timeout={LONGEST_UPGRADE * 1000}")
        try:
            yield connection
        finally:
            await raw.execute("PRAGMA foreign_keys=ON")
            await raw.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT * 1000)}")


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
    else:
        _keep_a_copy(connection)
    command.upgrade(config(connection), to)
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"the upgrade would leave rows that point at nothing: {lost[:3]}")


def _keep_a_copy(connection: Connection) -> None:
    """Back up an SQLite file before an upgrade, beside it and named after its revision: there is no downgrade.

    Nobody writes meanwhile, because the upgrade holds the lock. Operators back up PostgreSQL themselves.
    """
    at = _revision(connection)
    if at is None or at == newest():
        return
    file = Path(connection.engine.url.database or "")
    copy = file.with_name(f"{file.name}.at-{at}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as kept:
        source.backup(kept)
    shutil.copymode(file, copy)
