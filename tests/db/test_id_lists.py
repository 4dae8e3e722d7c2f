"""One parameter for all ids: the same statement for each number of them."""

import pytest
from sqlalchemy import event, not_, select

from server.db import Database
from server.db.id_lists import is_among
from server.people.models import Patient
from tests.cast import Cast


@pytest.mark.parametrize("others", [0, 1, 500])
async def test_it_finds_the_rows_with_one_of_these_ids(database: Database, cast: Cast, others: int) -> None:
    ids = [cast.rosa.id, *(f"'{number}\"," for number in range(others))]
    async with database.reading() as db:
        assert list(await db.scalars(select(Patient.id).where(is_among(Patient.id, ids)))) == [cast.rosa.id]
        assert cast.rosa.id not in set(await db.scalars(select(Patient.id).where(not_(is_among(Patient.id, ids)))))


async def test_no_row_is_among_no_ids(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        assert list(await db.scalars(select(Patient.id).where(is_among(Patient.id, [])))) == []


async def test_the_statement_is_the_same_for_each_number_of_ids(database: Database, cast: Cast) -> None:
    ran: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: ran.append(args[2]))
    async with database.reading() as db:
        for count in (1, 2, 300):
            await db.scalars(select(Patient.id).where(is_among(Patient.id, map(str, range(count)))))
    assert len({sql for sql in ran if sql.startswith("SELECT")}) == 1
