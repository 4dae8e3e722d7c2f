"""The migrations build the schema that the models describe, on SQLite and on PostgreSQL."""

import re

import pytest
from sqlalchemy import CheckConstraint, Connection, Enum, inspect, text
from sqlalchemy.exc import IntegrityError

from server.db import Base, Database
from tests.cast import Cast
from tests.migrating import differences


async def test_models_and_migrations_agree(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def checks(connection: Connection) -> dict[str, str]:
    """The name of each CHECK constraint → what it checks."""
    inspector = inspect(connection)
    found = [check for table in Base.metadata.tables for check in inspector.get_check_constraints(table)]
    return {str(check["name"]): check["sqltext"] for check in found}


async def test_each_check_constraint_lists_the_values_of_its_enum(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(checks)
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    words = {f"ck_{c.table.name}_{c.name}": c.type.enums for c in columns if isinstance(c.type, Enum)}
    assert {name: set(re.findall("'([^']*)'", text)) for name, text in found.items()} == {
        name: set(enums) for name, enums in words.items()
    }


def names(connection: Connection) -> set[str]:
    """The names of all constraints and indexes."""
    inspector, found = inspect(connection), set[str]()
    for table in Base.metadata.tables:
        found.add(str(inspector.get_pk_constraint(table)["name"]))
        for rows in (inspector.get_foreign_keys(table), inspector.get_unique_constraints(table)):
            found |= {str(row["name"]) for row in rows}
        found |= {str(row["name"]) for row in inspector.get_indexes(table) if not row.get("duplicates_constraint")}
    return found


async def test_constraints_and_indexes_have_the_names_of_the_models(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(names)
    dialect = database.engine.dialect
    expected = set[str]()
    for table in Base.metadata.tables.values():
        kept = [c for c in table.constraints if not isinstance(c, CheckConstraint)]
        expected |= {str(dialect.identifier_preparer.format_constraint(c)) for c in kept}
        expected |= {str(index.name) for index in table.indexes}
    assert found == expected


async def test_the_database_refuses_a_misspelt_state(database: Database, cast: Cast) -> None:
    async with database.engine.begin() as connection:
        with pytest.raises(IntegrityError, match="ck_staff_role"):
            await connection.execute(text("UPDATE staff SET role = 'clinican'"))
