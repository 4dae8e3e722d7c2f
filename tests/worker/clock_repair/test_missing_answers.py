"""The repair withdraws flags for answers that are not missing by the right clock (case 134)."""

import pytest

from server.actor import system
from server.db import Database, Work
from server.flags import actions, notes
from server.flags.models import Flag
from server.flags.rules import Condition, FlagOutcome, Severity
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.versions import Rule
from server.responses.submission import closing
from server.worker.clock_repair import missing_answers
from tests.cast import NOW, Cast, work_by
from tests.faults.wrong_clock import HOUR
from tests.stories import STEADY, answered, audited, due_check_in, rows


async def missing_flag(database: Database, cast: Cast) -> tuple[str, Flag]:
    """Rosa missed a check-in only by the clock that was ahead. Returns its id and the flag."""
    rule = Rule("weekly-als", "*", Condition.MISSING, times=1, severity=Severity.THIS_WEEK)
    async with database.writing() as db:
        await trigger_versions.write(work_by(db, cast.ken), rule, None)
        check_in = await due_check_in(db, cast.rosa)
    async with database.writing() as db:
        await closing.close_ended(db, check_in.closes_at)
    [flag] = await rows(database, Flag, Flag.check_in_id == check_in.id)
    return check_in.id, flag


async def withdrawn(database: Database, cast: Cast, check_in_id: str) -> int:
    async with database.writing() as db:
        return await missing_answers.withdraw_unanswered(Work(db, system(cast.harbor.id), NOW + HOUR), check_in_id)


async def test_a_flag_for_answers_that_are_not_missing_is_withdrawn(database: Database, cast: Cast) -> None:
    check_in_id, flag = await missing_flag(database, cast)
    assert flag.item.endswith("missing")
    assert await withdrawn(database, cast, check_in_id) == 1
    assert await rows(database, Flag) == []
    assert "flag.withdrawn" in await audited(database, flag.id)


@pytest.mark.parametrize("how", ["owned", "noted", "closed"])
async def test_a_flag_on_which_staff_acted_stays(database: Database, cast: Cast, how: str) -> None:
    check_in_id, missed = await missing_flag(database, cast)
    async with database.writing() as db:
        work, flag = work_by(db, cast.maria, NOW + HOUR), await db.get_one(Flag, missed.id)
        if how == "owned":
            await actions.own(work, flag, cast.maria.id)
        elif how == "noted":
            await notes.add_note(work, flag, "Her son is visiting.")
        else:
            await actions.close(work, flag, actions.Outcome(FlagOutcome.CALLED))
    assert await withdrawn(database, cast, check_in_id) == 0
    assert [flag.id for flag in await rows(database, Flag)] == [missed.id]


async def test_a_flag_raised_by_answers_stays(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY | {"speech": "very-hard"})
    assert await withdrawn(database, cast, check_in.id) == 0
    assert len(await rows(database, Flag)) == 1
