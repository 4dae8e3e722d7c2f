"""Column types that every table uses."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from server.db import Database, tables
from server.people.models import Patient
from tests.cast import Cast

DIALECTS = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


async def test_a_datetime_without_a_zone_is_refused(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        with pytest.raises(Exception, match="a moment needs its zone"):
            await db.scalar(select(Patient).where(Patient.paused_at == datetime(2026, 11, 16)))


def test_sqlite_alone_does_not_search_by_what_limits_a_query_to_a_clinic() -> None:
    found = select(Patient.id).where(Patient.is_of("a"))
    where = {dialect.name: str(found.compile(dialect=dialect)).partition("WHERE ")[2] for dialect in DIALECTS}
    assert where["sqlite"] == "+patient.clinic_id = ?"
    assert where["postgresql"].startswith("patient.clinic_id = ")


def test_an_id_fits_the_topic_of_a_push() -> None:
    ids = {tables.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in ids)
