"""The patient's pages: Home, visit, answers, help and settings (cases 36, 45, 72, 75)."""

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import to_wall
from server.db import Database
from server.people.models import Patient
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import due_check_in

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def books(database: Database, cast: Cast, instructions: str | None = None) -> str:
    """Books a visit of Rosa's for tomorrow. Returns its id."""
    wall = to_wall(NOW, cast.harbor.zone).replace(day=17, hour=10)
    async with database.writing() as db:
        return (
            await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(wall, instructions=instructions))
        ).id


async def test_the_app_opens_the_home_of_its_person(signed_in: Enter, browser: Browser, cast: Cast) -> None:
    assert (await browser.get("/")).url.path == "/join"
    assert (await (await signed_in(cast.maria)).get("/")).url.path == "/staff"
    assert (await (await signed_in(cast.luis)).get("/")).url.path == "/"


async def test_home_shows_one_thing_to_do_now(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    assert "All done for now" in words(await rosa.get("/"))
    async with database.writing() as db:
        weekly = await due_check_in(db, cast.rosa)
        await due_check_in(db, cast.rosa, "daily-three")
    home = await rosa.get("/")
    assert "Your check-in is ready Weekly check-in. About 1 minute. Start 1 more after this." in words(home)
    assert f'href="/check-ins/{weekly.id}"' in home.text
    clock.move(days=3)
    assert "All done for now" in words(await rosa.get("/"))


async def test_home_shows_the_next_visit_and_accepts_an_answer(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, visit = await signed_in(cast.rosa), await books(database, cast)
    assert "Your next visit Tomorrow, Tuesday, November 17 10:00 AM 12 Elm Street" in words(await rosa.get("/"))
    answered = await rosa.submit(f"/visits/{visit}/answer", {"reply": "another"})
    assert "The clinic will contact you" in words(answered)


@pytest.mark.parametrize(
    ("own", "visits", "shown"),
    [
        (None, None, "Bring your list of medicines."),
        ("Rosa: bring the mask machine.", None, "Rosa: bring the mask machine."),
        ("Rosa: bring the mask machine.", "Today: come early.", "Today: come early."),
    ],
)
async def test_the_preparation_for_a_visit_comes_from_the_most_specific_text(
    signed_in: Enter, cast: Cast, database: Database, own: str | None, visits: str | None, shown: str
) -> None:
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).instructions = own
    visit = await books(database, cast, visits)
    page = words(await (await signed_in(cast.rosa)).get(f"/visits/{visit}"))
    assert shown in page
    texts = ("Bring your list", "Rosa: bring", "Today: come")
    assert sum(text in page for text in texts) == 1


async def test_help_has_the_numbers_to_call(signed_in: Enter, browser: Browser, cast: Cast) -> None:
    page = await (await signed_in(cast.rosa)).get("/help")
    for number in ("tel:911", "tel:+12125550140", "tel:988"):
        assert number in page.text
    assert "Your clinic reads this app only when it is open" in words(page)
    assert (await browser.get("/help")).status_code == 200


async def test_settings_name_the_phone_and_its_person(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "This is Rosa Delgado's phone." in words(await rosa.get("/settings"))
    assert "iPhone · this one" in words(await rosa.get("/settings/phones"))
    assert "Reminders on this phone: off" in words(await rosa.get("/settings/reminders"))


async def test_case_45_signing_out_asks_first(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    page = words(await rosa.get("/sign-out"))
    assert "Reminders to this phone will stop" in page
    assert (await rosa.get("/settings")).url.path == "/settings"


@pytest.mark.parametrize(
    ("agent", "step", "says"),
    [
        ("Mozilla/5.0 (iPhone)", 1, "Step 1 of 4 Tap Share"),
        ("Mozilla/5.0 (iPhone)", 4, "Open Interlude from your Home Screen"),
        ("Mozilla/5.0 (iPhone)", 99, "Step 4 of 4"),
        ("Mozilla/5.0 (iPhone)", -1, "Step 1 of 4"),
        ("Mozilla/5.0 (Linux; Android 15)", 1, "Step 1 of 3 Add Interlude to your phone"),
        ("Mozilla/5.0 (Windows NT 10.0)", 1, "Best on a phone"),
    ],
)
async def test_adding_the_app_to_the_home_screen_takes_one_step_a_page(
    browser: Browser, agent: str, step: int, says: str
) -> None:
    assert says in words(await browser.get(f"/install?step={step}", user_agent=agent))
