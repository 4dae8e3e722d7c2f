"""The repair brings forward flags that a clock that was ahead put off (case 134)."""

from server.db import Database
from server.flags.models import Flag
from server.worker.clock_repair import flags as repair
from tests.cast import NOW, Cast
from tests.conftest import StillClock
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import DAY, FAR
from tests.push_double import PushDouble
from tests.stories import STEADY, answered, due_check_in, rows


async def test_case_134_a_flag_raised_in_the_future_escalates_as_if_raised_now(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=FAR)
        await answered(db, cast.rosa, check_in, STEADY | {"speech": "very-hard", "pain": 9}, FAR)
    running = Running(database, clock, PushDouble())
    flags = await rows(database, Flag, Flag.escalate_at > NOW + 300 * DAY)
    assert flags
    await running.tick()
    first = await rows(database, Flag)
    assert all(flag.escalate_at is not None and flag.escalate_at < NOW + 7 * DAY for flag in first)
    await running.tick(60)
    assert [flag.due_at for flag in await rows(database, Flag)] == [flag.due_at for flag in first]


async def test_a_flag_raised_by_the_right_clock_keeps_its_times(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"speech": "very-hard"})
    [before] = await rows(database, Flag)
    async with database.writing() as db:
        assert await repair.bring_forward(db, NOW) == 0
    [after] = await rows(database, Flag)
    assert (after.due_at, after.escalate_at) == (before.due_at, before.escalate_at)
