"""Staff take a flag, assign it, note on it and undo its outcome, even two at once (case 74)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.audit import AuditEvent
from server.db import Database
from server.flags import actions, lists
from server.flags.models import Flag, FlagNote
from server.flags.rules import FlagOutcome
from server.people.models import Staff
from server.people.rules import Refused
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.scene import answers, close, flags, only_flag
from tests.stories import audited, rows

HOUR = timedelta(hours=1)
Verb = Callable[[AsyncSession, Flag], Awaitable[object]]


async def act(database: Database, staff: Staff, verb: Verb) -> object:
    async with database.writing() as db:
        stored = await lists.find(db, acting(staff), (await only_flag(database)).id)
        assert stored is not None
        return await verb(db, stored)


async def gives(database: Database, staff: Staff, whom: str) -> object:
    return await act(database, staff, lambda db, flag: actions.assign(work_by(db, staff), flag, whom))


async def test_case_74_two_who_take_a_flag_at_once_leave_one_owner_and_both_are_audited(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    both_look = asyncio.Barrier(2)

    async def takes(staff: Staff) -> object:
        async def verb(db: AsyncSession, flag: Flag) -> bool:
            with contextlib.suppress(TimeoutError):  # a database that admits one writer at a time lets it go on alone
                await asyncio.wait_for(both_look.wait(), 0.3)
            return await actions.own(work_by(db, staff), flag, staff.id)

        return await act(database, staff, verb)

    taken = await asyncio.gather(takes(cast.maria), takes(cast.ken))
    assert sorted(map(str, taken)) == ["False", "True"]
    assert (await only_flag(database)).owner_id == (cast.maria.id if taken[0] else cast.ken.id)
    events = await rows(database, AuditEvent, AuditEvent.verb == "flag.taken")
    assert {event.actor_id for event in events} == {cast.maria.id, cast.ken.id}
    assert sorted(event.detail["late"] for event in events) == [False, True]


async def test_a_flag_is_assigned_to_a_colleague_and_back(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for whom in (cast.ken.id, cast.ruth.id):
        assert await gives(database, cast.maria, whom) is None
        assert (await only_flag(database)).owner_id == whom
    assert await gives(database, cast.maria, "") is None
    flag = await only_flag(database)
    assert (flag.owner_id, flag.owned_at) == (None, None)
    assert (await audited(database, flag.id)).count("flag.assigned") == 3


async def test_a_flag_goes_to_nobody_of_another_clinic_and_to_nobody_once_closed(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for stranger in (cast.tom.id, cast.rosa.id, "nobody"):
        assert await gives(database, cast.maria, stranger) == Refused("owner")
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    assert await gives(database, cast.maria, cast.ken.id) == Refused("owner")
    await close(database, cast.maria, await only_flag(database))
    assert await gives(database, cast.ruth, cast.ruth.id) == Refused("closed")
    assert (await only_flag(database)).owner_id == cast.maria.id


async def test_a_flag_keeps_the_version_of_the_trigger_that_raised_it(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    before = await only_flag(database)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=2)
    [after] = await flags(database, "speech")
    assert (after.severity, after.trigger_id, after.version) == ("today", before.trigger_id, 1)


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
async def test_closing_needs_an_outcome_and_no_action_needs_a_note(
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


async def test_case_74_two_who_close_a_flag_at_once_leave_one_outcome_and_both_are_audited(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    both_look = asyncio.Barrier(2)

    async def closes(staff: Staff, outcome: FlagOutcome) -> bool:
        async with database.writing() as db:
            stored = await lists.find(db, acting(staff), flag.id)
            assert stored is not None
            with contextlib.suppress(TimeoutError):  # a database that admits one writer at a time lets it go on alone
                await asyncio.wait_for(both_look.wait(), 0.3)
            return await actions.close(work_by(db, staff), stored, actions.Outcome(outcome)) is None

    taken = await asyncio.gather(closes(cast.maria, FlagOutcome.CALLED), closes(cast.ken, FlagOutcome.VISIT_MOVED))
    assert sorted(taken) == [False, True]
    closed = await only_flag(database)
    by_maria = ("called", cast.maria.id, cast.maria.id)
    by_ken = ("visit-moved", cast.ken.id, cast.ken.id)
    assert (closed.outcome, closed.closed_by, closed.owner_id) == (by_maria if taken[0] else by_ken)
    events = await rows(database, AuditEvent, AuditEvent.verb == "flag.closed")
    assert {event.actor_id for event in events} == {cast.maria.id, cast.ken.id}
    assert sorted(event.detail["late"] for event in events) == [False, True]


async def test_closing_a_closed_flag_changes_nothing(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    assert await close(database, cast.maria, flag)
    assert not await close(database, cast.ken, flag, FlagOutcome.VISIT_MOVED, days=1)
    assert ((await only_flag(database)).outcome, (await only_flag(database)).closed_by) == ("called", cast.maria.id)


async def test_undo_reopens_the_flag(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    await close(database, cast.maria, flag, note="Called.")
    async with database.writing() as db:
        await actions.reopen(work_by(db, cast.maria), await db.get_one(Flag, flag.id))
    again = await only_flag(database)
    assert (again.outcome, again.closed_at, again.closed_by) == (None, None, None)
    assert (again.note, again.drafted_by) == ("Called.", cast.maria.id)
    assert "flag.reopened" in await audited(database, flag.id)


@pytest.mark.parametrize("by", ["outcome", "undo"])
async def test_case_93_a_draft_that_becomes_a_note_keeps_the_time_when_it_was_written(
    database: Database, cast: Cast, by: str
) -> None:
    """Maria undoes her outcome after an hour. A day later Ken's outcome, or his undo of one, comes first."""
    await answers(database, cast.rosa, {"speech": "hard"})
    flag = await only_flag(database)
    await close(database, cast.maria, flag, note="Called.")
    async with database.writing() as db:
        await actions.reopen(work_by(db, cast.maria, NOW + HOUR), await db.get_one(Flag, flag.id))
    if by == "undo":
        await close(database, cast.maria, flag, note="Called again.", days=0.5)
        async with database.writing() as db:
            await actions.reopen(work_by(db, cast.ken, NOW + 20 * HOUR), await db.get_one(Flag, flag.id))
    else:
        await close(database, cast.ken, flag, days=1)
    [note] = await rows(database, FlagNote)
    assert (note.author_id, note.at) == (cast.maria.id, NOW if by == "outcome" else NOW + 12 * HOUR)


async def test_undoing_an_old_flag_does_not_make_two_open_ones(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    old = await only_flag(database)
    await close(database, cast.maria, old)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    async with database.writing() as db:
        await actions.reopen(work_by(db, cast.maria), await db.get_one(Flag, old.id))
    assert [flag.closed_at is None for flag in await flags(database)] == [False, True]
