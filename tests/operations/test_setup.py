"""Setting up before the first start."""

import pytest
from sqlalchemy import func, select

from server.db import Database
from server.operations import setup
from server.people.models import Clinic
from server.settings import Settings
from tests.cast import Cast


async def test_a_database_that_has_clinics_gets_no_demo_beside_them(
    database: Database, cast: Cast, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database.reading() as db:
        before = await db.scalar(select(func.count()).select_from(Clinic))
    await setup.prepare(Settings(database_url=database_url))
    async with database.reading() as db:
        assert await db.scalar(select(func.count()).select_from(Clinic)) == before
    assert "kept as it is" in capsys.readouterr().out
