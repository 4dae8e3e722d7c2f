"""The schema that the steps make is the one that the models mean, on both databases."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, CheckConstraint, Column, Connection, Enum, MetaData, func, inspect, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import IntegrityError

from server import crypto, migrations
from server.access.models import Passkey
from server.crypto import Sealed
from server.db import Base, Database
from server.flags.models import Flag, TriggerVersion
from server.flags.rules import Severity
from server.people.models import Clinic, Patient
from server.people.rules import ContactBy
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind, ReminderState
from tests.cast import Cast
from tests.databases import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"b{uuid4().hex}"
    postgres.sql(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_models_and_migrations_agree(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


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


async def test_case_54_an_upgrade_that_breaks_off_leaves_nothing_half_done(
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


def fill(connection: Connection) -> None:
    """One row in every table, each with the id x and pointing at the others."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name != "alembic_version":
            row = {column.name: value_for(column) for column in table.columns if not column.nullable}
            connection.execute(table.insert().values(row))


# What the former version stored in the columns that hold a word of a list.
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


RENAMED = {"set_aside": "conflicting_version", "worker_beat": "worker_heartbeat", "breaker": "circuit_breaker"}


async def test_case_54_what_was_stored_before_the_newest_steps_is_there_after_them(bare_url: str) -> None:
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


def checks(connection: Connection) -> dict[str, str]:
    """The name of each CHECK constraint → what it checks."""
    inspector = inspect(connection)
    found = [check for table in Base.metadata.tables for check in inspector.get_check_constraints(table)]
    return {str(check["name"]): check["sqltext"] for check in found}


async def test_the_database_knows_each_word_that_a_state_may_be(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(checks)
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    words = {f"ck_{c.table.name}_{c.name}": c.type.enums for c in columns if isinstance(c.type, Enum)}
    assert {name: set(re.findall("'([^']*)'", text)) for name, text in found.items()} == {
        name: set(enums) for name, enums in words.items()
    }


def names(connection: Connection) -> set[str]:
    """Of all constraints and indexes."""
    inspector, found = inspect(connection), set[str]()
    for table in Base.metadata.tables:
        found.add(str(inspector.get_pk_constraint(table)["name"]))
        for rows in (inspector.get_foreign_keys(table), inspector.get_unique_constraints(table)):
            found |= {str(row["name"]) for row in rows}
        found |= {str(row["name"]) for row in inspector.get_indexes(table) if not row.get("duplicates_constraint")}
    return found


async def test_constraints_and_indexes_have_the_names_that_the_models_give_them(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(names)
    dialect = database.engine.dialect
    expected = set[str]()
    for table in Base.metadata.tables.values():
        kept = [c for c in table.constraints if not isinstance(c, CheckConstraint)]
        expected |= {str(dialect.identifier_preparer.format_constraint(c)) for c in kept}
        expected |= {str(index.name) for index in table.indexes}
    assert found == expected


async def test_a_misspelt_state_is_refused_by_the_database(database: Database, cast: Cast) -> None:
    async with database.engine.begin() as connection:
        with pytest.raises(IntegrityError, match="ck_staff_role"):
            await connection.execute(text("UPDATE staff SET role = 'clinican'"))


async def test_case_54_an_unknown_word_stops_the_upgrade_and_is_named(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0015")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.execute(text("UPDATE flag SET severity = 'purple'"))
    with pytest.raises(RuntimeError, match=r"flag\.severity: 'purple'"):
        await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "0015"
    await database.close()


def sealed_attributes() -> list[tuple[type[Base], str, Sealed[Any]]]:
    rows = [mapper.class_ for mapper in Base.registry.mappers]
    return [(row, name, value) for row in rows for name, value in vars(row).items() if isinstance(value, Sealed)]


def _seal_all(connection: Connection) -> None:
    """Each sealed column, under the name that it had, holds a secret that names it."""
    for _, _, attribute in sealed_attributes():
        table, _, name = attribute.binding.partition(".")
        secret = crypto.seal(f"what {attribute.binding} held", f"{attribute.binding}:x")
        statement = f"UPDATE {table} SET {name}_sealed = :secret"  # names of our own
        connection.execute(text(statement), {"secret": secret})


async def test_case_54_each_sealed_column_of_the_former_version_opens(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0015")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.run_sync(_seal_all)
    await migrations.upgrade(database)
    async with database.reading() as db:
        opened = {a.binding: getattr(await db.get_one(row, "x"), name) for row, name, a in sealed_attributes()}
    assert opened == {binding: f"what {binding} held" for binding in opened}
    assert len(opened) > 25
    await database.close()


async def test_case_54_words_that_were_renamed_are_mapped(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0015")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
    await migrations.upgrade(database)
    async with database.reading() as db:
        flag, trigger = await db.get_one(Flag, "x"), await db.get_one(TriggerVersion, "x")
        patient, reminder = await db.get_one(Patient, "x"), await db.get_one(Reminder, "x")
    assert (flag.severity, trigger.severity, patient.contact) == (Severity.URGENT, Severity.TODAY, ContactBy.CAREGIVER)
    assert (reminder.kind, reminder.state) == (ReminderKind.DEVICE_CHECK, ReminderState.COMBINED)
    await database.close()


async def test_the_audit_log_speaks_the_new_words(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0015")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.execute(text("UPDATE audit_event SET verb = 'response.set-aside', subject = 'set_aside'"))
    await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        event = (await connection.execute(text("SELECT verb, subject FROM audit_event"))).one()
    assert tuple(event) == ("response.conflict-kept", "conflicting_version")
    await database.close()


async def test_case_54_a_file_is_kept_as_it_was_before_an_upgrade(tmp_path: Path) -> None:
    file = tmp_path / "interlude.db"
    database = Database(f"sqlite:///{file}")
    await migrations.upgrade(database, "0001")
    assert list(tmp_path.glob("*.at-*")) == []  # nothing was there yet
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
    for _ in range(2):  # the second time nothing changes
        await migrations.upgrade(database)
    await database.close()
    [copy] = tmp_path.glob("*.at-*")
    assert copy.name == "interlude.db.at-0001"
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert kept.execute("SELECT count(*) FROM patient").fetchone() == (1,)


# What was typed before numbers were read, and what is dialled for it afterwards.
NUMBERS = {"(212) 555-0140": "+12125550140", "+44 20 7946 0018": "+442079460018", "ask Luis": None, "911": None}


async def test_case_78_numbers_that_were_typed_before_are_read_or_left_for_staff(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0009")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.run_sync(_type_numbers)
    await migrations.upgrade(database)
    async with database.reading() as db:
        patients = {p.id: p for p in await db.scalars(select(Patient)) if p.id != "x"}
        assert {p.phone: p.phone_tel for p in patients.values()} == NUMBERS
        clinic = await db.get_one(Clinic, "x")
        assert (clinic.country, clinic.emergency_number_tel, clinic.crisis_line_tel) == ("US", "911", "988")
        assert (clinic.phone, clinic.phone_tel) == ("x", None)
        assert clinic.text_countries == []
    await database.close()


def _type_numbers(connection: Connection) -> None:
    metadata = MetaData()
    metadata.reflect(connection)
    clinic, patient = metadata.tables["clinic"], metadata.tables["patient"]
    lines = {"zone": "America/New_York", "emergency_number": "911", "crisis_line": "988 (press 1)"}
    connection.execute(clinic.update().values(lines))
    [row] = connection.execute(select(patient)).mappings().all()
    for number, typed in enumerate(NUMBERS):
        sealed = crypto.seal(typed, f"patient.phone:p{number}")
        connection.execute(patient.insert().values({**row, "id": f"p{number}", "phone_sealed": sealed}))


MADE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([("d1", 19, None)], ("d1", False)),
        ([("d1", 19, None), ("d2", 21, None)], ("d1", False)),  # the second came later
        ([("d1", 18, 19), ("d2", 19, None)], ("d2", False)),  # the first was signed out before
        ([("d1", 19, None), ("d2", 18, None)], (None, False)),
        ([("d1", 19, 22)], ("d1", True)),
        ([("d1", 19, None), ("d2", 18, 22)], (None, True)),
    ],
)
async def test_case_121_passkeys_from_before_are_bound_to_their_device(
    bare_url: str, devices: list[tuple[str, int, int | None]], expected: tuple[str | None, bool]
) -> None:
    """(id, the day in November it joined, the day it was signed out); the passkey was made on the 20th."""
    database = Database(bare_url)
    await migrations.upgrade(database, "0009")
    async with database.engine.begin() as connection:
        await connection.run_sync(_with_passkey, devices)
    await migrations.upgrade(database)
    async with database.reading() as db:
        [passkey] = await db.scalars(select(Passkey))
        assert (passkey.device_id, passkey.ended_at is not None) == expected
    await database.close()


def _with_passkey(connection: Connection, devices: list[tuple[str, int, int | None]]) -> None:
    metadata = MetaData()
    metadata.reflect(connection, only=["clinic", "patient", "device", "passkey"])
    rows: list[tuple[str, dict[str, Any]]] = [("clinic", {}), ("patient", {}), ("passkey", {"made_at": MADE})]
    for device_id, joined, ended in devices:
        when = {"joined_at": MADE.replace(day=joined), "ended_at": ended and MADE.replace(day=ended)}
        rows.append(("device", {"id": device_id, "patient_id": "x"} | when))
    for name, given in rows:
        table = metadata.tables[name]
        row = {column.name: value_for(column) for column in table.columns if not column.nullable}
        connection.execute(table.insert().values(row | given))
