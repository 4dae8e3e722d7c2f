"""Databases for the tests of migrations: an empty one, and one with a row in every table."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Column, Connection, MetaData, inspect

from server import migrations
from server.db import Base, Database
from tests.databases import Postgres

MADE = datetime(2026, 11, 20, 9, tzinfo=UTC)  # when the rows of earlier versions were made


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"b{uuid4().hex}"
    postgres.sql(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def fill(connection: Connection) -> None:
    """Inserts one row in every table, each with the id x and references to the others."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name != "alembic_version":
            row = {column.name: value_for(column) for column in table.columns if not column.nullable}
            connection.execute(table.insert().values(row))


def adder(connection: Connection, words: Mapping[str, str]) -> Callable[..., None]:
    """`add("draft", id="one")` inserts a row of a former version.

    What it needs besides is one of `words`, by table and column, or a value that fits the column.
    """
    metadata = MetaData()
    metadata.reflect(connection)

    def add(name: str, **values: Any) -> None:
        needed = [column for column in metadata.tables[name].columns if not column.nullable]
        row = {column.name: words.get(str(column)) or value_for(column) for column in needed}
        connection.execute(metadata.tables[name].insert().values(row | values))

    return add


# What the former version stored in columns that allow only listed words.
FORMER_WORDS = {
    "appointment.status": "booked",
    "attempt.channel": "push",
    "attempt.state": "accepted",
    "audit_event.actor_kind": "staff",
    "check_in.state": "done",
    "draft.party": "helper",
    "draft.respondent": "helper",
    "flag.severity": "red",
    "patient.contact": "helper",
    "phone_call.outcome": "reached",
    "plan.rhythm": "weekly",
    "reminder.kind": "sign",
    "reminder.state": "folded",
    "response.status": "completed",
    "response.respondent": "hands",
    "set_aside.respondent": "helper",
    "staff.role": "admin",
    "trigger.condition": "at-least",
    "trigger.severity": "hard",
    "trigger.screen": "",
}


def value_for(column: Column[Any]) -> Any:
    if str(column) in FORMER_WORDS:
        return FORMER_WORDS[str(column)]
    if isinstance(column.type, JSON):
        return {}
    zone = UTC if getattr(column.type, "timezone", False) else None
    kinds = {str: "x", int: 1, bytes: b"x", bool: True, datetime: datetime(2026, 11, 22, tzinfo=zone)}
    return kinds[column.type.python_type]


@asynccontextmanager
async def upgraded(url: str, former: str, change: Callable[[Connection], None]) -> AsyncIterator[Database]:
    """A database of the `former` version after `change`, upgraded to the newest."""
    database = Database(url)
    await migrations.upgrade(database, former)
    async with database.engine.begin() as connection:
        await connection.run_sync(change)
    await migrations.upgrade(database)
    yield database
    await database.close()
