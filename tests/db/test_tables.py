"""Column types that every table uses."""

from datetime import datetime

import pytest
from sqlalchemy import select

from server.db import Database
from server.people.models import Patient
from tests.cast import Cast


async def test_a_datetime_without_a_zone_is_refused(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        with pytest.raises(Exception, match="a moment needs its zone"):
            await db.scalar(select(Patient).where(Patient.paused_at == datetime(2026, 11, 16)))
