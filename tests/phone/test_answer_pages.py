"""The sent page: what the patient sent, when staff read it, and what came of it (cases 75, 76)."""

import pytest
from sqlalchemy import select

from server import language
from server.clock import to_wall
from server.db import Database
from server.flags.models import Flag
from server.people.models import Patient
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("day", "hour", "says"),
    [
        (16, 14, "Your clinic is open now."),
        (16, 23, "Your clinic opens on Tue, Nov 17, 8:00 AM and will read this then."),
        (21, 14, "Your clinic opens on Mon, Nov 23, 8:00 AM and will read this then."),
    ],
)
async def test_case_75_the_sent_page_says_when_staff_will_read_the_answers(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, day: int, hour: int, says: str
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY)
    clock.now = clock.now.replace(day=day, hour=hour)
    page = words(await (await signed_in(cast.rosa)).get(f"/check-ins/{check_in.id}/sent"))
    assert says in page
    assert "If you need help now, call 911" in page


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"), [(12, 59, False), (13, 0, True), (14, 30, True), (21, 59, True), (22, 0, False)]
)
async def test_case_164_the_time_of_receipt_is_never_shown_as_the_time_of_reading(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, hour: int, minute: int, is_open: bool
) -> None:
    """The clinic is open from 13:00 to 22:00 UTC."""
    rosa = await signed_in(cast.rosa)
    clock.now = clock.now.replace(day=16, hour=hour, minute=minute)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=clock())
        await answered(db, cast.rosa, check_in, STEADY, clock())
    page = words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    received = language.day_and_hour(to_wall(clock(), cast.rosa.zone)).replace("\u202f", " ")
    assert page.count(received.replace("\u00a0", " ")) == 1
    assert ("Your clinic is open now." in page) == is_open
    assert ("Your clinic opens on" in page) != is_open


async def test_case_164_opening_hours_are_shown_in_the_patients_zone(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY)
        (await db.get_one(Patient, cast.rosa.id)).zone = "America/Los_Angeles"
    clock.now = clock.now.replace(day=16, hour=23)
    page = words(await (await signed_in(cast.rosa)).get(f"/check-ins/{check_in.id}/sent"))
    assert "Your clinic opens on Tue, Nov 17, 5:00 AM and will read this then." in page


async def test_case_76_only_the_patient_sees_what_came_of_the_mood(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY | {"mood": "very-hard", "speech": "very-hard"})
    async with database.writing() as db:
        for flag in await db.scalars(select(Flag)):
            flag.owner_id = cast.maria.id
    own = words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    his = words(await luis.get(f"/check-ins/{check_in.id}/sent"))
    assert own.count("Maria Alvarez will contact you") == 2
    assert his.count("Maria Alvarez will contact Rosa") == 1
    assert "Mood" not in his


async def test_a_patients_trend_is_drawn_from_the_second_answer_on(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert "There are no recent answers" in words(await rosa.get("/answers"))
    for week in range(2):
        async with database.writing() as db:
            check_in = await due_check_in(db, cast.rosa, now=clock())
            await answered(db, cast.rosa, check_in, STEADY, clock())
        charts = (await rosa.get("/answers")).text.count("<polyline")
        assert charts == (9 if week else 0)
        clock.move(days=7)
    assert "Mood" in words(await rosa.get("/answers"))
    assert "Mood" not in words(await luis.get("/answers"))
    clock.move(days=90)
    assert "There are no recent answers" in words(await rosa.get("/answers"))
