"""The repair reopens check-ins that a clock that was ahead closed early (case 134)."""

from dataclasses import replace
from datetime import timedelta

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Draft, Response
from server.responses.submission import closing
from server.worker.clock_repair import check_ins
from tests.cast import NOW, Cast
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import ANY_START, HOUR, go_wrong
from tests.stories import audited, due_check_in, rows


async def test_case_134_an_entry_under_the_old_client_id_is_still_accepted(
    running: Running, cast: Cast, database: Database
) -> None:
    """The entry was sealed on a phone before the early close. It completes the reopened check-in."""
    [before] = await rows(database, CheckIn, CheckIn.patient_id == cast.rosa.id, CheckIn.due_at == NOW)
    running = await go_wrong(running, ANY_START)
    [after] = await rows(database, CheckIn, CheckIn.id == before.id)
    assert (after.state, after.client_id) == ("waiting", before.client_id)
    [taken_back] = await rows(database, Response, Response.check_in_id == before.id)
    assert taken_back.undone_at is not None
    assert "check-in.reopened" in await audited(database, before.id)
    [draft] = await rows(database, Draft, Draft.check_in_id == before.id)
    assert draft.answered_at <= running.clock()


async def test_case_134_a_check_in_that_has_really_ended_is_not_reopened(
    running: Running, cast: Cast, database: Database
) -> None:
    """Three days later, Walter's check-in is over by any clock, and Rosa's was submitted as partial."""
    await running.tick(73 * 3600)
    states = await running.states()
    assert states["check_in"] == {"missed": 1, "partial": 1, "waiting": 2}
    running = await go_wrong(running, replace(ANY_START, by=HOUR, after=timedelta()))
    assert (await running.states())["check_in"] == states["check_in"]


async def test_a_check_in_that_closed_early_is_reopened_once(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await closing.close_ended(db, check_in.closes_at)
    async with database.writing() as db:
        assert [await check_ins.reopen_all(db, NOW + HOUR) for _ in range(2)] == [1, 0]
    [reopened] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert reopened.state == "waiting"
