"""Unopened responses, newest first (case 61)."""

from datetime import timedelta

from server.db import Database
from server.people.models import Patient
from server.responses import unread
from server.responses.submission import receipt
from tests.cast import NOW, Cast, acting, work_by
from tests.stories import STEADY, answered, due_check_in

HOUR = timedelta(hours=1)


async def sends(database: Database, patient: Patient, hours: float) -> str:
    async with database.writing() as db:
        check_in = await due_check_in(db, patient)
        return (await answered(db, patient, check_in, STEADY, NOW + hours * HOUR)).response.id


async def unopened(database: Database, cast: Cast, limit: int = 10, after: str = "") -> list[str]:
    async with database.reading() as db:
        found = await unread.unopened(db, acting(cast.maria), limit, after)
        return [response.id for response, _ in found]


async def test_the_next_page_starts_after_the_last_response_shown(database: Database, cast: Cast) -> None:
    old, new, other = [
        await sends(database, p, hours) for p, hours in ((cast.rosa, 1), (cast.walter, 2), (cast.helen, 3))
    ]
    assert await unopened(database, cast) == [new, old]
    assert await unopened(database, cast, 1) == [new]
    assert await unopened(database, cast, 1, new) == [old]
    assert await unopened(database, cast, 1, old) == []
    async with database.reading() as db:
        assert await unread.count_unopened(db, acting(cast.maria)) == 2
        assert await unread.find(db, acting(cast.maria), other) is None


async def test_responses_of_the_same_moment_are_all_shown(database: Database, cast: Cast) -> None:
    both = {await sends(database, patient, 1) for patient in (cast.rosa, cast.walter)}
    [first] = await unopened(database, cast, 1)
    [second] = await unopened(database, cast, 1, first)
    assert {first, second} == both


async def test_a_response_that_staff_have_opened_is_read(database: Database, cast: Cast) -> None:
    response_id = await sends(database, cast.rosa, 1)
    async with database.writing() as db:
        response = await unread.find(db, acting(cast.maria), response_id)
        assert response is not None
        await receipt.opened(work_by(db, cast.maria, NOW + 2 * HOUR), response)
        await receipt.opened(work_by(db, cast.ken, NOW + 3 * HOUR), response)
        assert (response.opened_by, response.opened_at) == (cast.maria.id, NOW + 2 * HOUR)
    assert await unopened(database, cast) == []
