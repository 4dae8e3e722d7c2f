"""Types of columns that every table has."""

from datetime import datetime

import pytest
from sqlalchemy import select

from server.db import Database
from server.people.models import Patient
from tests.cast import Cast


async def test_a_moment_without_its_zone_is_refused(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        with pytest.raises(Exception, match="a moment needs its zone"):
            await db.scalar(select(Patient).where(Patient.paused_at == datetime(2026, 11, 16)))
