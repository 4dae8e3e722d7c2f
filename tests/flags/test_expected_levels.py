"""An expected level silences only answers that are no worse."""

from datetime import timedelta

import pytest

from server.db import Database
from server.flags import expected_levels
from server.flags.expected_levels import Wanted
from server.flags.models import ExpectedLevel, Flag
from server.people.rules import Refusal, Refused
from tests.cast import NOW, Cast, work_by
from tests.flags.scene import WEEK, answers, close, flags, only_flag
from tests.stories import audited, rows


async def expects(database: Database, cast: Cast, item: str, level: int, days: int = 30, weeks: float = 0) -> object:
    async with database.writing() as db:
        which, wanted = expected_levels.Item("weekly-als", item), Wanted(level, days, "Slow.")
        return await expected_levels.expect(work_by(db, cast.ken, NOW + weeks * WEEK), cast.rosa.id, which, wanted)


async def expects_level_of(database: Database, cast: Cast, flag: Flag, level: int, days: int = 30) -> Refused | None:
    async with database.writing() as db:
        stored = await db.get_one(Flag, flag.id)
        return await expected_levels.expect_level_of(
            work_by(db, cast.ken), stored, Wanted(level, days, "As we thought.")
        )


async def test_an_answer_no_worse_than_expected_raises_no_flag_and_a_worse_one_does(
    database: Database, cast: Cast
) -> None:
    await expects(database, cast, "speech", 3)
    await answers(database, cast.rosa, {"speech": "none"})
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    assert await flags(database) == []
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=2)
    assert [flag.severity for flag in await flags(database, "speech")] == ["today"]


async def test_an_urgent_answer_raises_a_flag_whatever_is_expected(database: Database, cast: Cast) -> None:
    await expects(database, cast, "breathing", 4)
    await answers(database, cast.rosa, {"breathing": "hard"})
    assert await flags(database) == []
    await answers(database, cast.rosa, {"breathing": "very-hard"}, weeks=1)
    assert (await only_flag(database)).severity == "urgent"


async def test_an_expected_level_is_for_one_patient_and_one_item(database: Database, cast: Cast) -> None:
    await expects(database, cast, "speech", 4)
    await answers(database, cast.walter, {"speech": "hard"})
    await answers(database, cast.rosa, {"speech": "hard", "saliva": "hard"})
    assert sorted((f.patient_id == cast.rosa.id, f.item) for f in await flags(database)) == [
        (False, "speech"),
        (True, "saliva"),
    ]


async def test_expecting_a_flags_level_closes_it_and_it_returns_when_the_level_ends(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    assert await expects_level_of(database, cast, flag, level=3, days=10) is None
    closed = await only_flag(database)
    assert (closed.outcome, closed.note, closed.closed_by) == ("expected", "As we thought.", cast.ken.id)
    [kept] = await rows(database, ExpectedLevel)
    assert (kept.level, kept.ends_at - kept.set_at) == (3, timedelta(days=10))
    assert b"thought" not in (kept.note_sealed or b"thought")
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    assert len(await flags(database)) == 1
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=2)
    assert [one.closed_at is None for one in await flags(database)] == [False, True]


async def test_with_an_expected_level_a_worse_answer_raises_a_flag_at_once(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    await expects_level_of(database, cast, await only_flag(database), level=3)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    assert [one.closed_at is None for one in await flags(database)] == [False, True]


@pytest.mark.parametrize(
    ("answer", "level", "days", "why"),
    [
        ({"speech": "hard"}, 2, 30, "level"),
        ({"speech": "hard"}, 3, 31, "days"),
        ({"speech": "hard"}, 3, 0, "days"),
        ({"fall": True}, 1, 30, "severity"),
    ],
)
async def test_a_flag_whose_level_cannot_be_expected_stays_open(
    database: Database, cast: Cast, answer: dict[str, object], level: int, days: int, why: Refusal
) -> None:
    await answers(database, cast.rosa, answer)
    assert await expects_level_of(database, cast, await only_flag(database), level, days) == Refused(why)
    assert (await only_flag(database)).closed_at is None
    assert await rows(database, ExpectedLevel) == []


async def test_a_new_expected_level_replaces_the_old_one_and_can_be_ended(database: Database, cast: Cast) -> None:
    await expects(database, cast, "speech", 3)
    await expects(database, cast, "speech", 2, weeks=1)
    async with database.reading() as db:
        [stored] = await expected_levels.expected_of(db, cast.rosa.id, NOW + 2 * WEEK)
        assert (stored.level, stored.slug) == (2, "weekly-als")
        assert await expected_levels.expected_of(db, cast.rosa.id, NOW + 6 * WEEK) == []
    async with database.writing() as db:
        assert await expected_levels.stop(work_by(db, cast.maria, NOW + 2 * WEEK), cast.rosa.id, "speech")
        assert not await expected_levels.stop(work_by(db, cast.maria, NOW + 2 * WEEK), cast.rosa.id, "speech")
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=2)
    assert len(await flags(database)) == 1
    assert await audited(database, stored.id) == ["expected-level.set", "expected-level.ended"]


async def test_an_expected_level_is_suggested_after_three_flags_for_today_in_a_row_on_one_item(
    database: Database, cast: Cast
) -> None:
    offered = []
    for week in (0, 5, 10):
        await answers(database, cast.rosa, {"speech": "hard"}, weeks=week)
        flag = (await flags(database, "speech"))[-1]
        async with database.reading() as db:
            offered.append(await expected_levels.offers_expected(db, flag))
        await close(database, cast.maria, flag, days=7 * week)
    assert offered == [False, False, True]


async def undo(database: Database, cast: Cast, flag: Flag, days: float = 1) -> Refused | None:
    async with database.writing() as db:
        work = work_by(db, cast.ken, NOW + timedelta(days=days))
        return await expected_levels.undo(work, await db.get_one(Flag, flag.id))


async def in_force(database: Database, cast: Cast, days: float = 2) -> list[int]:
    async with database.reading() as db:
        found = await expected_levels.expected_of(db, cast.rosa.id, NOW + timedelta(days=days))
        return [row.level for row in found]


@pytest.mark.parametrize("before", [[], [1]], ids=["no level before", "a level before"])
async def test_case_93_undoing_a_snooze_takes_its_level_back_and_restores_the_one_before(
    database: Database, cast: Cast, before: list[int]
) -> None:
    for level in before:
        await expects(database, cast, "speech", level)
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    assert await expects_level_of(database, cast, flag, 3) is None
    assert await in_force(database, cast) == [3]
    assert await undo(database, cast, flag) is None
    assert await in_force(database, cast) == before
    assert (await only_flag(database)).closed_at is None


async def test_case_93_an_undo_leaves_a_later_decision_about_the_level(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    await expects_level_of(database, cast, flag, 3)
    await expects(database, cast, "speech", 4, weeks=0.1)
    await undo(database, cast, flag)
    assert await in_force(database, cast) == [4]


async def test_case_93_undoing_a_call_leaves_the_levels_alone(database: Database, cast: Cast) -> None:
    await expects(database, cast, "speech", 1)
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    await close(database, cast.ken, flag)
    await undo(database, cast, flag)
    assert await in_force(database, cast) == [1]


async def test_case_90_a_level_counts_as_set_only_by_the_close_of_its_flag(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    assert await expects_level_of(database, cast, flag, 3) is None
    closed, wanted = await only_flag(database), Wanted(3, 30, "As we thought.")
    async with database.reading() as db:
        assert await expected_levels.is_set(db, closed, wanted)
        for other in (Wanted(4, 30, wanted.note), Wanted(3, 29, wanted.note), Wanted(3, 30)):
            assert not await expected_levels.is_set(db, closed, other)
    await expects(database, cast, "speech", 3, weeks=1)
    async with database.reading() as db:
        assert not await expected_levels.is_set(db, closed, wanted)
