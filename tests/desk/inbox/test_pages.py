"""The inbox: a page at a time and nobody twice, ages, undo, what is new, and who may look (cases 60, 61)."""

import re
from datetime import timedelta

import pytest
from litestar import Litestar
from sqlalchemy import select
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, replies
from server.appointments.booking import NewVisit
from server.clock import to_wall
from server.db import Database, Work
from server.desk.inbox import rows as inbox_rows
from server.flags import actions
from server.flags.escalation import flow as escalation
from server.flags.models import Flag, TriggerVersion
from server.flags.rules import FlagOutcome
from server.people import flow as people
from server.people.flow import NewPatient
from server.reminders.states import Reply
from tests.browser_without_screen import markup, words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.flags.escalation.ladder import Ladder
from tests.flags.scene import answers, flags
from tests.stories import STEADY, answered, due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def many_flags(database: Database, cast: Cast, count: int) -> list[str]:
    """So many patients of Harbor, each with one open flag; their ids in the order in which the inbox has them."""
    async with database.writing() as db:
        actor = acting(cast.maria)
        trigger = await _trigger(db)
        made = []
        for number in range(count):
            patient = await people.register_patient(Work(db, actor, NOW), NewPatient(f"Patient {number}", "UTC"))
            check_in = await due_check_in(db, patient)
            flag = Flag(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                check_in_id=check_in.id,
                trigger_id=trigger,
                slug="weekly-als",
                item="speech",
                severity=("this-week", "urgent", "today")[number % 3],
                evidence='{"condition": "at-least", "now": 3, "previous": 1, "first": 0, "version": 1}',
                raised_at=NOW,
                updated_at=NOW,
                due_at=NOW + timedelta(hours=number % 5),  # several are owed at the same moment
            )
            db.add(flag)
            made.append(flag)
        made.sort(key=lambda flag: (flag.severity != "urgent", flag.due_at, flag.id))
        return [flag.id for flag in made]


async def _trigger(db: AsyncSession) -> str:
    return (await db.scalars(select(TriggerVersion.id).limit(1))).one()


async def test_pages_follow_each_other_and_hold_everybody_once(database: Database, cast: Cast) -> None:
    wanted = await many_flags(database, cast, 120)
    found: list[str] = []
    after: str | None = ""
    async with database.reading() as db:
        while after is not None:
            page = await inbox_rows.open_page(work_by(db, cast.maria), after, inbox_rows.PAGE)
            assert len(page.rows) <= inbox_rows.PAGE
            found += [row.flag.id for row in page.rows]
            after = page.after
    assert found == wanted


async def test_a_flag_that_is_closed_meanwhile_loses_nobody_on_the_next_page(database: Database, cast: Cast) -> None:
    wanted = await many_flags(database, cast, 60)
    async with database.reading() as db:
        first = await inbox_rows.open_page(work_by(db, cast.maria), "", inbox_rows.PAGE)
    async with database.writing() as db:
        for row in first.rows[-2:]:
            await actions.close(
                work_by(db, cast.ken), await db.get_one(Flag, row.flag.id), actions.Outcome(FlagOutcome.CALLED)
            )
    async with database.reading() as db:
        second = await inbox_rows.open_page(work_by(db, cast.maria), first.after or "", inbox_rows.PAGE)
    assert [row.flag.id for row in second.rows] == wanted[50:]


async def test_another_clinics_flags_are_on_no_page(database: Database, cast: Cast) -> None:
    ids = await many_flags(database, cast, 3)
    async with database.reading() as db:
        for after in ("", ids[0]):
            page = await inbox_rows.open_page(work_by(db, cast.tom), after, inbox_rows.PAGE)
            assert (page.rows, page.after) == ([], None)
        assert await inbox_rows.count_open(db, acting(cast.tom)) == 0


@ONE_DATABASE
async def test_a_longer_list_asks_the_database_no_more_often(
    app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Red flags that nobody was told of are among them."""
    asked: list[str] = []
    listen(app.state.database.engine.sync_engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    maria = await signed_in(cast.maria)
    counts = []
    for more in (4, 36):
        ids = await many_flags(database, cast, more)
        asked.clear()
        page = await maria.get("/staff")
        assert all(f'id="flag-{flag_id}"' in page.text for flag_id in ids)
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


@ONE_DATABASE
async def test_the_first_page_says_that_there_is_more(signed_in: Enter, cast: Cast, database: Database) -> None:
    await many_flags(database, cast, 60)
    maria = await signed_in(cast.maria)
    page = await maria.get("/staff")
    assert page.text.count('<li class="item') == 50
    assert "Needs action 60" in words(page)
    more = re.search(r'id="more" href="([^"]+)"', markup(page))
    assert more is not None
    rest = await maria.get(more[1].replace("&amp;", "&"))
    assert rest.text.count('<li class="item') == 10
    assert "Show more" not in words(rest)
    assert "Back to the top" in words(rest)
    assert (await maria.get("/staff?many=100000")).text.count('<li class="item') == 60
    assert (await maria.get("/staff?after=nonsense")).text.count('<li class="item') == 50


@ONE_DATABASE
async def test_a_row_says_what_was_how_long_it_waits_and_what_is_left(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    for weeks, level in enumerate(("little", "none", "some")):
        clock.now = await answers(database, cast.rosa, {"strength": level}, weeks)
    clock.move(hours=3)
    said = words(await (await signed_in(cast.maria)).get("/staff"))
    assert "Strength and moving: Some trouble (last time: No trouble); at first: A little trouble" in said
    assert "1 of 4 hours left" in said
    assert "today · waiting 3 hours" in said


@ONE_DATABASE
async def test_what_was_done_can_be_undone_at_once_and_in_done(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, {}, 0)
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 1)
    maria = await signed_in(cast.maria)
    [flag] = await flags(database)
    fields = {"outcome": "called", "back": f"/staff?show=action&did={flag.id}"}
    done = await maria.submit(f"/staff/flags/{flag.id}/close", fields)
    assert "Rosa Delgado , Speech: Called." in words(done)
    assert f'action="/staff/flags/{flag.id}/reopen"' in done.text
    assert f'action="/staff/flags/{flag.id}/reopen"' in (await maria.get("/staff?show=done")).text
    await maria.submit(f"/staff/flags/{flag.id}/reopen", {"back": "/staff"})
    again = await maria.get(f"/staff?did={flag.id}")
    assert "Speech: Called." not in words(again)
    assert f'id="flag-{flag.id}"' in again.text


@ONE_DATABASE
async def test_a_flag_opens_with_all_that_can_be_done_about_it(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, {}, 0)
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 1)
    maria, tom = await signed_in(cast.maria), await signed_in(cast.tom)
    [flag] = await flags(database)
    page = await maria.get(f"/staff/flags/{flag.id}")
    said = words(page)
    for part in ("Rosa Delgado", "555-0101", "Outcome for Speech", "No action, and why", "Ken Osei", "Add a note"):
        assert part in said
    for verb in ("close", "assign", "note", "snooze"):
        assert f'action="/staff/flags/{flag.id}/{verb}"' in page.text
    assert (await tom.get(f"/staff/flags/{flag.id}")).status_code == 404
    assert (await maria.get(f"/staff/flags/{flag.id}?show=//elsewhere")).text.count("elsewhere") == 0


@ONE_DATABASE
async def test_whether_anything_is_new_is_one_small_answer(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, tom = await signed_in(cast.maria), await signed_in(cast.tom)
    first = await maria.get("/staff/inbox/changes")
    tag = first.headers["etag"]
    same = await maria.get("/staff/inbox/changes", if_none_match=tag)
    assert (same.status_code, same.content) == (304, b"")
    mesas = (await tom.get("/staff/inbox/changes")).headers["etag"]
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"fall": True})
    changed = await maria.get("/staff/inbox/changes", if_none_match=tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert changed.headers["hx-trigger"] == "inbox-changed"
    assert f'data-version="{changed.json()["version"]}"' in (await maria.get("/staff")).text
    assert (await tom.get("/staff/inbox/changes", if_none_match=mesas)).status_code == 304
    clock.move(minutes=15)  # ages read otherwise by now
    assert (await maria.get("/staff/inbox/changes", if_none_match=changed.headers["etag"])).status_code == 200


@ONE_DATABASE
async def test_case_73_that_a_contact_was_told_is_news(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    ladder = Ladder(database, cast, clock)
    await ladder.put_on_call()
    async with database.writing() as db:
        await answered(
            db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"swallowing": "little", "choking": True}
        )
    clock.move(minutes=11)
    async with database.writing() as db:
        assert await escalation.escalate(db, clock()) == 1
    maria = await signed_in(cast.maria)
    before = await maria.get("/staff/inbox/changes")
    assert "telling Maria Alvarez" in words(await maria.get("/staff"))
    await ladder.pass_minutes(0)
    after = await maria.get("/staff/inbox/changes", if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert "told Maria Alvarez by text" in words(await maria.get("/staff"))


@ONE_DATABASE
async def test_opening_a_flag_or_a_patient_is_no_news(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria = await signed_in(cast.maria)
    tag = (await maria.get("/staff/inbox/changes")).headers["etag"]
    await maria.get(f"/staff/patients/{cast.rosa.id}")
    assert (await maria.get("/staff/inbox/changes", if_none_match=tag)).status_code == 304


@ONE_DATABASE
async def test_a_visit_that_somebody_cannot_come_to_stands_first(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        starts = to_wall(NOW + timedelta(days=3), cast.harbor.zone)
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewVisit(starts))
        await replies.answer(work_by(db, cast.rosa), visit, Reply.CANT_COME)
    maria = await signed_in(cast.maria)
    said = words(await maria.get("/staff"))
    assert "Needs action 1" in said
    assert "can't come: Thu, Nov 19" in said
