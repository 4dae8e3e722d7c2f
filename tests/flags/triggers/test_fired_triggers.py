"""Which of the clinic's triggers fire, even on missing or repeated answers."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server.db import Database
from server.flags.rules import Condition, Severity
from server.flags.triggers import fired_triggers
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.versions import Rule
from server.people.models import Patient
from server.responses.submission import closing
from tests.cast import NOW, Cast, work_by
from tests.flags.scene import answers, flags
from tests.stories import due_check_in


@pytest.mark.parametrize("paused", [False, True])
async def test_missed_check_ins_in_a_row_raise_a_flag_except_in_a_pause(
    database: Database, cast: Cast, paused: bool
) -> None:
    rule = Rule("weekly-als", "*", Condition.MISSING, times=2, severity=Severity.THIS_WEEK)
    async with database.writing() as db:
        await trigger_versions.write(work_by(db, cast.ken), rule, None)
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(paused_at=NOW if paused else None))
    for week in (0, 1):
        at = NOW + timedelta(weeks=week)
        async with database.writing() as db:
            check_in = await due_check_in(db, cast.rosa, now=at)
        async with database.writing() as db:
            await closing.close_ended(db, check_in.closes_at)
        assert [f.item for f in await flags(database)] == (["*:missing"] if week and not paused else [])


async def test_a_question_skipped_several_times_in_a_row_raises_a_flag(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await trigger_versions.write(
            work_by(db, cast.ken), Rule("weekly-als", "mood", Condition.MISSING, times=2), None
        )
    await answers(database, cast.rosa, {"mood": None})
    await answers(database, cast.rosa, {"mood": None}, weeks=1)
    assert [(f.item, f.severity) for f in await flags(database)] == [("mood:missing", "today")]


async def test_the_same_level_several_times_in_a_row_raises_a_flag(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rule = Rule("weekly-als", "saliva", Condition.REPEATED, 1, 3, Severity.TODAY)
        await trigger_versions.write(work_by(db, cast.ken), rule, None)
    await answers(database, cast.rosa, {"saliva": "little"})
    for week in (1, 2):
        assert await flags(database) == []
        await answers(database, cast.rosa, {"saliva": "little"}, weeks=week)
    assert [(f.item, f.severity) for f in await flags(database)] == [("saliva", "today")]


async def test_a_clinics_own_trigger_is_in_force_for_that_clinic_alone(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rule = Rule("weekly-als", "saliva", Condition.REPEATED, 1, 3, Severity.TODAY)
        await trigger_versions.write(work_by(db, cast.ken), rule, None)
        ours = await fired_triggers.triggers_for(db, cast.harbor.id, "weekly-als")
        theirs = await fired_triggers.triggers_for(db, cast.helen.clinic_id, "weekly-als")
    assert [each.condition for each in ours if each.item == "saliva"].count(Condition.REPEATED) == 1
    assert len(ours) == len(theirs) + 1
