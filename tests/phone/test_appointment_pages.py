"""A patient's page of a visit: the chosen reply, a cancelled visit, the day and zone, paused reminders."""

import re
from datetime import datetime

import pytest
from httpx import Response

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.replies import flow as replies
from server.appointments.rules import AppointmentStatus
from server.db import Database
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders.states import Reply
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.phone.visits import STARTS
from tests.phone.visits import visit as visit
from tests.stories import due_check_in, rows


@pytest.mark.parametrize("reply", tuple(Reply))
async def test_case_100_a_chosen_reply_is_shown_alone_with_the_others_behind_change(
    signed_in: Enter, cast: Cast, visit: Appointment, reply: Reply
) -> None:
    rosa = await signed_in(cast.rosa)
    for path in ("/", f"/visits/{visit.id}"):
        await rosa.submit(f"/visits/{visit.id}/answer", {"reply": reply, "shown": visit.shown})
        page = (await rosa.get(path)).text
        before, _, behind = page.partition("<details")
        assert 'name="reply"' not in before
        assert before.count('class="said') == 1
        assert sorted(re.findall(r'name="reply" value="(\w+)"', behind)) == sorted(set(Reply) - {reply})


async def test_case_100_start_alone_is_dark_while_a_check_in_waits(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    rosa = await signed_in(cast.rosa)
    home = (await rosa.get("/")).text
    assert re.findall(r'class="(?:button )?main"[^>]*>(.*?)<', home) == ["I'll be there"]
    assert "Only the visit below needs an answer." in home
    assert "nothing to answer" not in home
    async with database.writing() as db:
        await due_check_in(db, cast.rosa)
    home = (await rosa.get("/")).text
    assert re.findall(r'class="(?:button )?main"[^>]*>(.*?)<', home) == ["Start"]


async def test_case_100_who_cannot_come_is_not_offered_the_visit_for_the_calendar(
    signed_in: Enter, cast: Cast, visit: Appointment
) -> None:
    rosa, path = await signed_in(cast.rosa), f"/visits/{visit.id}"
    assert "visit.ics" in (await rosa.get(path)).text
    await rosa.submit(f"{path}/answer", {"reply": Reply.CANT_COME, "shown": visit.shown})
    assert "visit.ics" not in (await rosa.get(path)).text


@pytest.mark.parametrize(
    ("by", "patient_reads", "helper_reads"),
    [
        ("rosa", "", "Rosa answered this."),
        ("luis", "Your helper answered this.", ""),
        ("maria", "The clinic wrote this answer down.", "The clinic wrote this answer down."),
    ],
)
async def test_case_100_a_reply_that_somebody_else_gave_names_them(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment, by: str, patient_reads: str, helper_reads: str
) -> None:
    async with database.writing() as db:
        work = work_by(db, getattr(cast, by))
        await replies.answer(work, await db.get_one(Appointment, visit.id), Reply.CANT_COME)
    for person, reads in ((cast.rosa, patient_reads), (cast.luis, helper_reads)):
        phone = await signed_in(person)
        for path in ("/", f"/visits/{visit.id}"):
            page = words(await phone.get(path))
            found = [each for each in ("answered this.", "wrote this answer down.") if each in page]
            assert found == [each for each in ("answered this.", "wrote this answer down.") if each in reads]
            assert reads in page


async def test_case_101_a_cancelled_visit_is_shown_as_cancelled(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await flow.mark(work_by(db, cast.maria), await db.get_one(Appointment, visit.id), AppointmentStatus.CANCELLED)
    for path in ("/", f"/visits/{visit.id}"):
        page = await rosa.get(path)
        assert "This visit is cancelled" in words(page)
        assert "December 1" in re.findall(r"<s>(.*?)</s>", page.text, re.DOTALL)[0]
        assert "visit.ics" not in page.text
        assert 'name="reply"' not in page.text
    await _book_again(database, cast)
    assert "This visit is cancelled" not in words(await rosa.get("/"))


async def test_case_101_a_moved_visit_shows_its_former_time_whenever_it_is_opened(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    rosa = await signed_in(cast.rosa)
    for day, former in ((3, ["1"]), (4, ["3"]), (3, ["4"]), (1, ["3"])):
        await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "coming"})
        async with database.writing() as db:
            at = STARTS.replace(day=day)
            await flow.move(work_by(db, cast.maria), await db.get_one(Appointment, visit.id), at)
        for path in ("/", f"/visits/{visit.id}"):
            page = (await rosa.get(path)).text
            assert re.findall(r"<s>\w+, December (\d)", page) == former, (path, day)
            assert f"December {day}" in page
        kept = (await rosa.get("/held")).json()["visits"]
        assert re.findall(r"<s>\w+, December (\d)", kept[0]["html"]) == former


async def test_case_101_a_time_that_nobody_knew_is_not_shown(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    async with database.writing() as db:
        moved = await db.get_one(Appointment, visit.id)
        await flow.move(work_by(db, cast.maria), moved, STARTS.replace(day=3))
    assert "This visit was moved" not in words(await (await signed_in(cast.rosa)).get("/"))


async def _book_again(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        (datetime(2026, 11, 16, 15), "Today, Monday, November 16"),
        (datetime(2026, 11, 17, 8), "Tomorrow, Tuesday, November 17"),
        (datetime(2026, 11, 18, 8), "Wednesday, November 18"),
        (datetime(2027, 1, 5, 8), "Tuesday, January 5, 2027"),
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "America/Denver"])
async def test_case_103_a_visit_names_today_tomorrow_the_year_and_the_zone(
    signed_in: Enter, cast: Cast, database: Database, starts: datetime, sentence: str, zone: str
) -> None:
    async with database.writing() as db:
        booked = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
        (await db.get_one(Patient, cast.rosa.id)).zone = zone
    rosa = await signed_in(cast.rosa)
    for path in ("/", f"/visits/{booked.id}"):
        page = words(await rosa.get(path))
        assert sentence in page
        assert ("time in New York" in page) == (zone != "America/New_York")


@pytest.mark.parametrize(
    ("why", "sentence"), [("own-wish", "You can start again"), ("hospital", "Call the clinic to start again")]
)
async def test_case_107_home_says_that_reminders_are_paused(
    signed_in: Enter, cast: Cast, database: Database, why: str, sentence: str
) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Reminders are paused" not in words(await rosa.get("/"))
    async with database.writing() as db:
        await pausing.pause(work_by(db, cast.maria), await db.get_one(Patient, cast.rosa.id), PauseReason(why))
    assert sentence in words(await rosa.get("/"))


@pytest.mark.parametrize("by", ["luis", "maria"])
async def test_case_88_an_older_page_replaces_nobody_elses_reply(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment, by: str
) -> None:
    """Rosa's page showed no reply when somebody else said that she can't come."""
    rosa, path = await signed_in(cast.rosa), f"/visits/{visit.id}"
    sent = {"reply": Reply.COMING, "shown": visit.shown, "replied": replied_on(await rosa.get(path))}
    async with database.writing() as db:
        work = work_by(db, getattr(cast, by))
        await replies.answer(work, await db.get_one(Appointment, visit.id), Reply.CANT_COME)
    late = await rosa.submit(f"{path}/answer", sent)
    assert (late.status_code, "Someone else answered first" in late.text) == (409, True)
    assert [row.reply for row in await rows(database, Appointment)] == [Reply.CANT_COME]
    await rosa.submit(f"{path}/answer", sent | {"replied": replied_on(late)})
    assert [row.reply for row in await rows(database, Appointment)] == [Reply.COMING]


async def test_case_88_ones_own_older_page_changes_ones_reply(
    signed_in: Enter, cast: Cast, database: Database, visit: Appointment
) -> None:
    rosa, path = await signed_in(cast.rosa), f"/visits/{visit.id}"
    sent = {"shown": visit.shown, "replied": replied_on(await rosa.get(path))}
    for reply in (Reply.CANT_COME, Reply.COMING):
        assert (await rosa.submit(f"{path}/answer", sent | {"reply": reply})).status_code == 200
    assert [row.reply for row in await rows(database, Appointment)] == [Reply.COMING]


def replied_on(page: Response) -> str:
    return str(re.findall(r'name="replied" value="([^"]+)"', page.text)[0])
