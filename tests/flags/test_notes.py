"""Notes on a flag."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Database
from server.flags import lists
from server.flags.models import Flag, FlagNote
from server.flags.notes import add_note, notes_of
from server.people.models import Staff
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.scene import answers, only_flag
from tests.stories import audited, rows

Verb = Callable[[AsyncSession, Flag], Awaitable[object]]


async def act(database: Database, staff: Staff, verb: Verb) -> object:
    async with database.writing() as db:
        stored = await lists.find(db, acting(staff), (await only_flag(database)).id)
        assert stored is not None
        return await verb(db, stored)


async def notes(database: Database, staff: Staff, text: str, hours: int) -> object:
    at = NOW + timedelta(hours=hours)
    return await act(database, staff, lambda db, flag: add_note(work_by(db, staff, at), flag, text))


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
