"""The inbox: pages without repeats, ages, undo, what is new, and who may look (cases 60, 61)."""

import re
from datetime import timedelta

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.replies import flow as replies
from server.clock import to_wall
from server.db import Database
from server.reminders.states import Reply
from tests.browser_without_screen import markup, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.desk.inbox.scene import ONE_DATABASE, many_flags
from tests.flags.scene import answers, flags


@ONE_DATABASE
async def test_the_first_page_says_that_there_are_more_rows(signed_in: Enter, cast: Cast, database: Database) -> None:
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
async def test_a_row_says_what_happened_how_long_it_has_waited_and_the_time_left(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    for weeks, level in enumerate(("little", "none", "some")):
        clock.now = await answers(database, cast.rosa, {"strength": level}, weeks)
    clock.move(hours=3)
    text = words(await (await signed_in(cast.maria)).get("/staff"))
    assert "Strength and moving: Some trouble (last time: No trouble); at first: A little trouble" in text
    assert "1 of 4 hours left" in text
    assert "today · waiting 3 hours" in text


@ONE_DATABASE
async def test_a_closed_flag_can_be_undone_at_once_and_in_done(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, {}, 0)
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 1)
    maria = await signed_in(cast.maria)
    [flag] = await flags(database)
    fields = {"outcome": "called", "back": "/staff?show=action"}
    done = await maria.submit(f"/staff/flags/{flag.id}/close", fields)
    assert "Rosa Delgado , Speech: Called." in words(done)
    assert f'action="/staff/flags/{flag.id}/reopen"' in done.text
    assert "Speech: Called." not in words(await maria.get(str(done.url)))
    assert f'action="/staff/flags/{flag.id}/reopen"' in (await maria.get("/staff?show=done")).text
    await maria.submit(f"/staff/flags/{flag.id}/reopen", {"back": "/staff"})
    again = await maria.get("/staff")
    assert "Speech: Called." not in words(again)
    assert f'id="flag-{flag.id}"' in again.text


@ONE_DATABASE
async def test_an_opened_flag_offers_every_act(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, {}, 0)
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 1)
    maria, tom = await signed_in(cast.maria), await signed_in(cast.tom)
    [flag] = await flags(database)
    page = await maria.get(f"/staff/flags/{flag.id}")
    page_text = words(page)
    for part in ("Rosa Delgado", "555-0101", "Outcome for Speech", "No action, and why", "Ken Osei", "Add a note"):
        assert part in page_text
    for verb in ("close", "assign", "note", "expect"):
        assert f'action="/staff/flags/{flag.id}/{verb}"' in page.text
    assert (await tom.get(f"/staff/flags/{flag.id}")).status_code == 404
    assert (await maria.get(f"/staff/flags/{flag.id}?show=//elsewhere")).text.count("elsewhere") == 0


@ONE_DATABASE
async def test_a_visit_that_a_patient_cannot_come_to_stands_first(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        starts = to_wall(NOW + timedelta(days=3), cast.harbor.zone)
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
        await replies.answer(work_by(db, cast.rosa), visit, Reply.CANT_COME)
    maria = await signed_in(cast.maria)
    text = words(await maria.get("/staff"))
    assert "Needs action 1" in text
    assert "can't come: Thu, Nov 19" in text


@ONE_DATABASE
async def test_case_119_reached_takes_a_person_off_not_reached(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        starts = to_wall(NOW + timedelta(hours=20), cast.harbor.zone)
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
    maria = await signed_in(cast.maria)
    assert "Rosa Delgado" in words(await maria.get("/staff?show=unreached"))
    calls = f"/staff/patients/{cast.rosa.id}/calls"
    await maria.submit(calls, {"outcome": "no-answer"})
    assert "Rosa Delgado" in words(await maria.get("/staff?show=unreached"))
    clock.move(minutes=1)
    await maria.submit(calls, {"outcome": "reached"})
    assert "Rosa Delgado" not in words(await maria.get("/staff?show=unreached"))


@ONE_DATABASE
@pytest.mark.parametrize("hours", [20, 24 * 9])
async def test_case_119_a_reply_that_staff_record_takes_a_person_off_not_reached(
    signed_in: Enter, cast: Cast, database: Database, hours: int
) -> None:
    """Rosa has no phone with the app. Maria called her."""
    async with database.writing() as db:
        starts = to_wall(NOW + timedelta(hours=hours), cast.harbor.zone)
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
    maria = await signed_in(cast.maria)
    assert "Rosa Delgado" in words(await maria.get("/staff?show=unreached"))
    await maria.submit(f"/staff/visits/{visit.id}/reply", {"reply": "coming"})
    assert "Rosa Delgado" not in words(await maria.get("/staff?show=unreached"))
