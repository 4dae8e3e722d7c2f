"""The tab Late, and logging a call (case 61)."""

import re
from datetime import timedelta

import pytest

from server.checkins.models import Plan
from server.checkins.rules import Rhythm
from server.db import Database
from server.desk.inbox import overdue_list
from server.desk.inbox import pages as inbox_pages
from server.responses import overdue
from tests.browser_without_screen import markup, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in, subscribed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_call_list_shows_whom_to_call_how_and_when_they_last_answered(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY)
        await subscribed(db, cast.rosa)
        await due_check_in(db, cast.walter)
    maria = await signed_in(cast.maria)
    clock.move(days=10)
    maria = await signed_in(cast.maria)
    page = words(await maria.get("/staff?show=late"))
    assert "Late 2" in page
    assert "silent Weekly check-in for a week or more has not answered yet no phone number voice call" in page
    assert "late Weekly check-in for 2 days or more last answer Mon, Nov 16" in page
    assert "555-0101 voice call · gets reminders" in page
    assert page.index("Walter") < page.index("Rosa")


async def test_an_unanswered_call_is_due_again_the_next_day(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    clock.move(days=3)
    path, to_call = f"/staff/patients/{cast.rosa.id}/calls", "To call Rosa Delgado"
    for outcome, hours, again in (("no-answer", 1, False), ("", 20, True), ("reached", 1, False), ("", 20, False)):
        maria = await signed_in(cast.maria)
        if outcome:
            await maria.submit(path, {"outcome": outcome})
        clock.move(hours=hours)
        maria = await signed_in(cast.maria)
        assert (to_call in words(await maria.get("/staff?show=late"))) == again, (outcome, hours)
    assert "Reached, Maria Alvarez" in words(await maria.get("/staff?show=late"))


async def test_show_more_continues_a_long_list_and_leaves_nobody_out(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_pages, "LATE_ROWS", 1)
    async with database.writing() as db:
        for patient in (cast.rosa, cast.walter):
            await due_check_in(db, patient)
    clock.move(days=4)
    maria = await signed_in(cast.maria)
    first = await maria.get("/staff?show=late")
    more = re.search(r'id="more" href="([^"]+)"', markup(first))
    assert more is not None
    rest = await maria.get(more[1].replace("&amp;", "&"))
    pages = [[name for name in ("Rosa", "Walter") if f"{name} " in words(page)] for page in (first, rest)]
    assert sorted(name for page in pages for name in page) == ["Rosa", "Walter"]
    assert (await maria.get("/staff?show=late&after=99999999999999")).status_code == 200


async def test_a_daily_check_in_that_nobody_answered_leads_to_a_call(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, "day-after")
        (await db.get_one(Plan, check_in.plan_id)).rhythm = Rhythm.AFTER
    clock.move(days=3)
    assert "To call Rosa Delgado" in words(await (await signed_in(cast.maria)).get("/staff?show=late"))


async def test_a_check_in_that_has_just_fallen_due_is_in_time(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    clock.now += timedelta(hours=2)
    page = words(await (await signed_in(cast.maria)).get("/staff?show=late"))
    assert "Still on time Rosa Delgado due Weekly check-in since yesterday or today" in page


async def test_a_late_patient_without_a_call_or_an_answer_is_to_be_called(cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
        work = work_by(db, cast.maria, NOW + timedelta(days=10))
        [row] = await overdue_list.rows(work, await overdue.unanswered(work))
    assert (row.patient.id, row.title, row.where) == (cast.rosa.id, "Weekly check-in", "call")
    assert (row.answered_at, row.call, row.caller) == (None, None, "")
