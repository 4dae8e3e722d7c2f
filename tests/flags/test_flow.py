"""Flags: raised once, news added, owned, closed with an outcome (cases 71, 73, 74)."""

import asyncio
import contextlib
import json
from datetime import datetime, timedelta

import pytest

from server.audit import AuditEvent
from server.clock import to_utc
from server.db import Database
from server.flags import actions, flow, lists
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.people.models import Staff
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.scene import WEEK, answers, close, flags, only_flag
from tests.stories import audited, rows


async def test_nothing_to_worry_about_raises_nothing(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {}, weeks=1)
    assert await flags(database) == []


async def test_worse_than_last_time_is_a_flag_with_its_reason(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    flag = await only_flag(database)
    assert (flag.item, flag.severity, flag.slug) == ("speech", "this-week", "weekly-als")
    known = json.loads(flag.evidence)
    assert (known["now"], known["previous"], known["first"], known["version"]) == (1, 0, 0, 1)
    assert b"previous" not in flag.evidence_sealed
    assert flag.due_at == NOW + WEEK + timedelta(hours=48)


async def test_worse_than_at_first_counts_though_each_step_was_small(database: Database, cast: Cast) -> None:
    for week, level in enumerate(("none", "little", "little")):
        await answers(database, cast.rosa, {"speech": level}, weeks=week)
    await close(database, cast.maria, (await flags(database, "speech"))[0], days=15)
    await answers(database, cast.rosa, {"speech": "some"}, weeks=3)
    flag = (await flags(database, "speech"))[-1]
    assert (flag.severity, json.loads(flag.evidence)["condition"]) == ("today", "worse-than-first")


async def test_the_others_answers_are_not_ones_own(database: Database, cast: Cast) -> None:
    await answers(database, cast.walter, {"speech": "none"})
    await answers(database, cast.rosa, {"speech": "some"})
    assert await flags(database) == []


async def test_one_open_flag_for_a_person_and_an_item(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    await answers(database, cast.walter, {"speech": "hard"})
    later = await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    found = await flags(database, "speech")
    assert sorted(flag.patient_id for flag in found) == sorted([cast.rosa.id, cast.walter.id])
    of_rosa = next(flag for flag in found if flag.patient_id == cast.rosa.id)
    assert (of_rosa.raised_at, of_rosa.updated_at) == (NOW, later)
    assert (await audited(database, of_rosa.id))[:2] == ["flag.raised", "flag.updated"]


async def test_news_that_is_worse_makes_it_worse_and_owed_sooner(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    assert (await only_flag(database)).severity == "this-week"
    # An hour later the same day, by a second plan: hard is owed within four staffed hours of that.
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1 + 1 / 168)
    flag = await only_flag(database)
    assert (flag.severity, json.loads(flag.evidence)["now"]) == ("today", 3)
    assert flag.due_at == to_utc(datetime(2026, 11, 23, 14), "America/New_York")


async def test_news_that_is_better_leaves_it_as_it_was(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "very-hard"})
    before = await only_flag(database)
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=1)
    flag = await only_flag(database)
    assert (flag.severity, flag.due_at, json.loads(flag.evidence)["now"]) == ("today", before.due_at, 4)


async def test_unchanged_after_an_outcome_it_stays_quiet_for_thirty_days(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    assert await close(database, cast.maria, await only_flag(database))
    for week in (1, 2, 3, 4):
        await answers(database, cast.rosa, {"speech": "hard"}, weeks=week)
    assert len(await flags(database)) == 1
    await answers(database, cast.rosa, {"speech": "hard"}, weeks=5)
    assert len(await flags(database)) == 2


async def test_after_an_outcome_anything_worse_fires_at_once(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    await close(database, cast.maria, await only_flag(database))
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    assert [flag.closed_at is None for flag in await flags(database)] == [False, True]


@pytest.mark.parametrize(
    ("outcome", "note", "taken"),
    [
        ("", "Called her.", False),
        ("forgotten", "Called her.", False),
        ("no-action", "", False),
        ("no-action", "Known since June.", True),
        ("called", "", True),
        ("plan-changed", "Softer food.", True),
        ("visit-moved", "", True),
    ],
)
async def test_an_outcome_is_owed_and_no_action_says_why(
    database: Database, cast: Cast, outcome: FlagOutcome, note: str, taken: bool
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    assert await close(database, cast.maria, await only_flag(database), outcome, note) == taken
    flag = await only_flag(database)
    assert (flag.closed_at is not None, flag.outcome, flag.note or "") == (
        (True, outcome, note) if taken else (False, None, "")
    )
    assert flag.owner_id == (cast.maria.id if taken else None)
    assert flag.note_sealed is None or note.encode() not in flag.note_sealed


async def test_case_74_two_who_close_it_at_once_are_one_outcome_and_both_on_record(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    both_look = asyncio.Barrier(2)

    async def closes(staff: Staff, outcome: FlagOutcome) -> bool:
        async with database.writing() as db:
            held = await lists.find(db, acting(staff), flag.id)
            assert held is not None
            with contextlib.suppress(TimeoutError):  # where only one is let in at a time, it goes on alone
                await asyncio.wait_for(both_look.wait(), 0.3)
            return await actions.close(work_by(db, staff), held, actions.Outcome(outcome)) is None

    taken = await asyncio.gather(closes(cast.maria, FlagOutcome.CALLED), closes(cast.ken, FlagOutcome.VISIT_MOVED))
    assert sorted(taken) == [False, True]
    closed = await only_flag(database)
    by_maria = ("called", cast.maria.id, cast.maria.id)
    by_ken = ("visit-moved", cast.ken.id, cast.ken.id)
    assert (closed.outcome, closed.closed_by, closed.owner_id) == (by_maria if taken[0] else by_ken)
    said = await rows(database, AuditEvent, AuditEvent.verb == "flag.closed")
    assert {event.actor_id for event in said} == {cast.maria.id, cast.ken.id}
    assert sorted(event.detail["late"] for event in said) == [False, True]


async def test_closing_it_again_later_changes_nothing(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    assert await close(database, cast.maria, flag)
    assert not await close(database, cast.ken, flag, FlagOutcome.VISIT_MOVED, days=1)
    assert ((await only_flag(database)).outcome, (await only_flag(database)).closed_by) == ("called", cast.maria.id)


async def test_undo_brings_it_back(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    await close(database, cast.maria, flag, note="Called.")
    async with database.writing() as db:
        await actions.reopen(work_by(db, cast.maria), await db.get_one(Flag, flag.id))
    again = await only_flag(database)
    assert (again.outcome, again.note, again.closed_at, again.closed_by) == (None, None, None, None)
    assert "flag.reopened" in await audited(database, flag.id)


async def test_undo_of_an_old_one_does_not_make_two(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    old = await only_flag(database)
    await close(database, cast.maria, old)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    async with database.writing() as db:
        await actions.reopen(work_by(db, cast.maria), await db.get_one(Flag, old.id))
    assert [flag.closed_at is None for flag in await flags(database)] == [False, True]


async def test_the_first_who_looks_has_seen_it(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for staff, hours in ((cast.ken, 1), (cast.maria, 2)):
        async with database.writing() as db:
            await flow.see(work_by(db, staff, NOW + timedelta(hours=hours)), cast.rosa.id)
    flag = await only_flag(database)
    assert (flag.seen_by, flag.seen_at) == (cast.ken.id, NOW + timedelta(hours=1))


async def test_what_is_most_pressing_comes_first(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard", "pain": 7, "fall": True})
    async with database.reading() as db:
        assert [flag.severity for flag in await lists.open_flags(db, acting(cast.ken))] == [
            "urgent",
            "today",
            "this-week",
        ]
        of_rosa = await lists.of_patient(db, cast.rosa.id)
        assert [flag.severity for flag in of_rosa] == ["urgent", "today", "this-week"]
        assert await lists.open_flags(db, acting(cast.tom)) == []
