"""What staff do with a flag: take it, give it, note on it, undo; two at once (case 74)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.audit import AuditEvent
from server.db import Database
from server.flags import actions, lists
from server.flags.models import Flag, FlagNote
from server.flags.notes import add_note, notes_of
from server.people.models import Staff
from server.people.rules import Refused
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.scene import answers, close, flags, only_flag
from tests.stories import audited, rows

Verb = Callable[[AsyncSession, Flag], Awaitable[object]]


async def act(database: Database, staff: Staff, verb: Verb) -> object:
    async with database.writing() as db:
        held = await lists.find(db, acting(staff), (await only_flag(database)).id)
        assert held is not None
        return await verb(db, held)


async def gives(database: Database, staff: Staff, whom: str) -> object:
    return await act(database, staff, lambda db, flag: actions.assign(work_by(db, staff), flag, whom))


async def notes(database: Database, staff: Staff, text: str, hours: int) -> object:
    at = NOW + timedelta(hours=hours)
    return await act(database, staff, lambda db, flag: add_note(work_by(db, staff, at), flag, text))


async def test_case_74_two_who_take_it_at_once_are_one_owner_and_both_on_record(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    both_look = asyncio.Barrier(2)

    async def takes(staff: Staff) -> object:
        async def verb(db: AsyncSession, flag: Flag) -> bool:
            with contextlib.suppress(TimeoutError):  # where only one is let in at a time, it goes on alone
                await asyncio.wait_for(both_look.wait(), 0.3)
            return await actions.own(work_by(db, staff), flag, staff.id)

        return await act(database, staff, verb)

    taken = await asyncio.gather(takes(cast.maria), takes(cast.ken))
    assert sorted(map(str, taken)) == ["False", "True"]
    assert (await only_flag(database)).owner_id == (cast.maria.id if taken[0] else cast.ken.id)
    said = await rows(database, AuditEvent, AuditEvent.verb == "flag.taken")
    assert {event.actor_id for event in said} == {cast.maria.id, cast.ken.id}
    assert sorted(event.detail["late"] for event in said) == [False, True]


async def test_it_is_given_to_a_colleague_and_back(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for whom in (cast.ken.id, cast.ruth.id):
        assert await gives(database, cast.maria, whom) is None
        assert (await only_flag(database)).owner_id == whom
    assert await gives(database, cast.maria, "") is None
    flag = await only_flag(database)
    assert (flag.owner_id, flag.owned_at) == (None, None)
    assert (await audited(database, flag.id)).count("flag.assigned") == 3


async def test_it_is_given_to_nobody_elses_staff_and_not_once_it_is_closed(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for stranger in (cast.tom.id, cast.rosa.id, "nobody"):
        assert await gives(database, cast.maria, stranger) == Refused("owner")
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    assert await gives(database, cast.maria, cast.ken.id) == Refused("owner")
    await close(database, cast.maria, await only_flag(database))
    assert await gives(database, cast.ruth, cast.ruth.id) == Refused("closed")
    assert (await only_flag(database)).owner_id == cast.maria.id


async def test_notes_are_sealed_signed_and_in_order(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    for hours, (staff, text) in enumerate(((cast.maria, "Left a message."), (cast.ken, "She called back."))):
        assert await notes(database, staff, text, hours) is not None
    assert await notes(database, cast.maria, "", 2) is None
    flag = await only_flag(database)
    async with database.reading() as db:
        found = await notes_of(db, [flag.id, "another"])
    assert [(note.text, note.author_id) for note in found[flag.id]] == [
        ("Left a message.", cast.maria.id),
        ("She called back.", cast.ken.id),
    ]
    assert all(b"message" not in note.text_sealed for note in await rows(database, FlagNote))
    assert "flag.noted" in await audited(database, found[flag.id][0].id)


async def test_a_flag_keeps_the_rule_and_the_version_that_raised_it(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {})
    await answers(database, cast.rosa, {"speech": "little"}, weeks=1)
    before = await only_flag(database)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=2)
    [after] = await flags(database, "speech")
    assert (after.severity, after.trigger_id, after.version) == ("today", before.trigger_id, 1)
