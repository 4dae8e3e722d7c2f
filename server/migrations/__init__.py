"""The schema, step by step. One file a step, dated; each runs in one transaction on both databases."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import server.appointments.models
import server.checkins.models
import server.people.models
import server.reminders.models
import server.review.models
from server import audit
from server.db import Base, Database

MODELS = (
    audit,
    server.people.models,
    server.appointments.models,
    server.reminders.models,
    server.checkins.models,
    server.review.models,
)
ONE_AT_A_TIME = 7_341_001  # an advisory lock: two processes may start at once


def config(connection: Connection) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("version_locations", str(Path(__file__).parent / "versions"))
    found.set_main_option("path_separator", "os")
    found.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    found.attributes["connection"] = connection
    found.attributes["metadata"] = Base.metadata
    return found


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
    command.upgrade(config(connection), "head")


async def upgrade(database: Database) -> None:
    """Bring the schema up to date; nothing happens where it already is."""
    options = {"begin": "BEGIN IMMEDIATE"} if database.is_sqlite else {}
    async with database.engine.connect() as connection:
        await connection.execution_options(**options)
        async with connection.begin():
            await connection.run_sync(_upgrade)
