"""A row that may be there already is inserted, changed or left alone in one statement, on both databases."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Database, upsert
from server.devices.models import RefusedService
from tests.cast import NOW
from tests.stories import rows

ROW = {"service": "push.example.net", "times": 1, "first_at": NOW, "last_at": NOW}


async def count(db: AsyncSession, change: Mapping[str, object] | None) -> int | None:
    found: int | None = await db.scalar(
        upsert(db, RefusedService, ROW, ["service"], change).returning(RefusedService.times)
    )
    return found


async def test_a_row_that_is_there_is_changed(database: Database) -> None:
    async with database.writing() as db:
        more = {"times": RefusedService.times + 1}
        assert [await count(db, more) for _ in range(3)] == [1, 2, 3]
    assert [row.times for row in await rows(database, RefusedService)] == [3]


async def test_without_a_change_it_stays_as_it_is(database: Database) -> None:
    async with database.writing() as db:
        assert [await count(db, None) for _ in range(2)] == [1, None]
    assert [row.times for row in await rows(database, RefusedService)] == [1]
