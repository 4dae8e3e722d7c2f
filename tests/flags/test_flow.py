"""Flags are raised once, updated, owned, and closed with an outcome (cases 71, 73, 74)."""

import json
from datetime import datetime, timedelta

from server.clock import to_utc
from server.db import Database
from server.flags import flow
from tests.cast import NOW, Cast, work_by
from tests.flags.scene import WEEK, answers, close, flags, only_flag
from tests.stories import audited


async def test_a_harmless_answer_raises_nothing(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {}, weeks=1)
    assert await flags(database) == []


async def test_an_answer_worse_than_last_time_raises_a_flag_with_its_evidence(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    flag = await only_flag(database)
    assert (flag.item, flag.severity, flag.slug) == ("speech", "this-week", "weekly-als")
    stored = json.loads(flag.evidence)
    assert (stored["now"], stored["previous"], stored["first"], stored["version"]) == (1, 0, 0, 1)
    assert b"previous" not in flag.evidence_sealed
    assert flag.due_at == NOW + WEEK + timedelta(hours=48)


async def test_an_answer_worse_than_the_first_raises_a_flag_even_after_small_steps(
    database: Database, cast: Cast
) -> None:
    for week, level in enumerate(("none", "little", "little")):
        await answers(database, cast.rosa, {"speech": level}, weeks=week)
    await close(database, cast.maria, (await flags(database, "speech"))[0], days=15)
    await answers(database, cast.rosa, {"speech": "some"}, weeks=3)
    flag = (await flags(database, "speech"))[-1]
    assert (flag.severity, json.loads(flag.evidence)["condition"]) == ("today", "worse-than-first")


async def test_another_respondents_answers_are_not_compared(database: Database, cast: Cast) -> None:
    await answers(database, cast.walter, {"speech": "none"})
    await answers(database, cast.rosa, {"speech": "some"})
    assert await flags(database) == []


async def test_a_patient_has_one_open_flag_for_an_item(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    await answers(database, cast.walter, {"speech": "hard"})
    later = await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    found = await flags(database, "speech")
    assert sorted(flag.patient_id for flag in found) == sorted([cast.rosa.id, cast.walter.id])
    of_rosa = next(flag for flag in found if flag.patient_id == cast.rosa.id)
    assert (of_rosa.raised_at, of_rosa.updated_at) == (NOW, later)
    assert (await audited(database, of_rosa.id))[:2] == ["flag.raised", "flag.updated"]


async def test_a_worse_answer_raises_the_severity_and_shortens_the_deadline(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    assert (await only_flag(database)).severity == "this-week"
    # An hour later on the same day, by a second plan: today's severity is due within four staffed hours of that.
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1 + 1 / 168)
    flag = await only_flag(database)
    assert (flag.severity, json.loads(flag.evidence)["now"]) == ("today", 3)
    assert flag.due_at == to_utc(datetime(2026, 11, 23, 14), "America/New_York")


async def test_a_better_answer_leaves_the_flag_as_it_was(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "very-hard"})
    before = await only_flag(database)
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    flag = await only_flag(database)
    assert (flag.severity, flag.due_at, json.loads(flag.evidence)["now"]) == ("today", before.due_at, 4)


async def test_after_an_outcome_the_same_answer_raises_nothing_for_thirty_days(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    assert await close(database, cast.maria, await only_flag(database))
    for week in (1, 2, 3, 4):
        await answers(database, cast.rosa, {"speech": "hard"}, weeks=week)
    assert len(await flags(database)) == 1
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=5)
    assert len(await flags(database)) == 2


async def test_after_an_outcome_a_worse_answer_raises_a_flag_at_once(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    await close(database, cast.maria, await only_flag(database))
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    assert [flag.closed_at is None for flag in await flags(database)] == [False, True]


async def test_the_first_staff_member_who_looks_is_recorded_as_having_seen_it(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for staff, hours in ((cast.ken, 1), (cast.maria, 2)):
        async with database.writing() as db:
            await flow.see(work_by(db, staff, NOW + timedelta(hours=hours)), cast.rosa.id)
    flag = await only_flag(database)
    assert (flag.seen_by, flag.seen_at) == (cast.ken.id, NOW + timedelta(hours=1))
