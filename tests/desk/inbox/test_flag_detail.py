"""The details of a flag: to whom it can be assigned, and which levels staff can expect."""

from server.db import Database
from server.desk.inbox import flag_detail
from server.flags import expected_levels, lists
from server.flags.expected_levels import Item, Wanted
from server.flags.models import Flag
from server.flags.notes import add_note
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.scene import answers, close, flags


async def detail(database: Database, cast: Cast, flag: Flag) -> flag_detail.Detail:
    async with database.reading() as db:
        found = await lists.find(db, acting(cast.maria), flag.id)
        assert found is not None
        return await flag_detail.of(work_by(db, cast.maria), found)


async def test_staff_can_expect_the_answered_level_or_worse_but_never_an_urgent_one(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard", "fall": True})
    found = {flag.item: await detail(database, cast, flag) for flag in await flags(database)}
    assert found["speech"].levels == [(3, "Hard to follow"), (4, "I can't use my voice")]
    assert found["fall"].levels == []


async def test_a_flag_can_be_assigned_to_the_clinics_own_staff_and_shows_its_notes(
    database: Database, cast: Cast
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    [flag] = await flags(database)
    async with database.writing() as db:
        await add_note(work_by(db, cast.ken), await db.get_one(Flag, flag.id), "Left a message.")
    found = await detail(database, cast, flag)
    assert {member.id for member in found.team} == {cast.maria.id, cast.ken.id, cast.ruth.id}
    assert [(note.text, found.names[note.author_id]) for note in found.notes] == [("Left a message.", "Ken Osei")]


async def test_only_a_closed_flag_can_be_undone(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    [flag] = await flags(database)
    async with database.reading() as db:
        assert await flag_detail.just_done(work_by(db, cast.maria), flag.id) is None
    await close(database, cast.maria, flag)
    async with database.reading() as db:
        row = await flag_detail.just_done(work_by(db, cast.maria), flag.id)
        assert row is not None
        assert row.flag.id == flag.id
        assert await flag_detail.just_done(work_by(db, cast.tom), flag.id) is None


async def test_an_expected_level_is_shown_in_the_words_of_its_answer(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        wanted = Wanted(3, 14, "Known since June.")
        await expected_levels.expect(work_by(db, cast.ken), cast.rosa.id, Item("weekly-als", "speech"), wanted)
    async with database.reading() as db:
        [expected] = await flag_detail.expected_of(work_by(db, cast.maria, NOW), cast.rosa.id)
    assert (expected.item, expected.words) == ("Speech", "Hard to follow")
