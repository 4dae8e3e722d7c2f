"""What the patient sent, who reads it when, and what came of it (cases 75, 76)."""

import pytest
from sqlalchemy import select

from server.db import Database
from server.flags.models import Flag
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in

# What lies below these pages is tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("day", "hour", "says"),
    [
        (16, 14, "Your clinic is open now."),
        (16, 23, "Your clinic opens on Tue, Nov 17, 8:00 AM and will read this then."),
        (21, 14, "Your clinic opens on Mon, Nov 23, 8:00 AM and will read this then."),
    ],
)
async def test_case_75_the_sent_page_says_when_somebody_reads_it(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, day: int, hour: int, says: str
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY)
    clock.now = clock.now.replace(day=day, hour=hour)
    page = words(await (await signed_in(cast.rosa)).get(f"/check-ins/{check_in.id}/sent"))
    assert says in page
    assert "If you need help now, call 911" in page


async def test_case_76_what_came_of_mood_is_the_patients_alone(
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
    assert his.count("Maria Alvarez will contact you") == 1
    assert "Mood" not in his


async def test_ones_own_trend_is_drawn_from_the_second_answer_on(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert "You have no recent answers" in words(await rosa.get("/answers"))
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
    assert "You have no recent answers" in words(await rosa.get("/answers"))
