"""An urgent flag at night escalates until somebody takes it (cases 73, 75)."""

from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from server.clock import system_clock
from server.flags.models import Flag
from server.people import on_call
from server.people.models import Clinic
from server.people.on_call import Contact
from tests.browser.eventually import eventually
from tests.browser.people import answer_all, desk_of, phone_of, press, sees, sees_not
from tests.browser.running import running
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.cast import work_by
from tests.channels.test_email import Inbox, mail_server
from tests.stories import rows


async def test_case_73_an_urgent_flag_at_night_escalates_along_the_rota(chromium: Browser, tmp_path: Path) -> None:
    letters = Inbox()
    async with (
        mail_server(letters) as server,
        running(
            tmp_path,
            smtp=f"smtp://{server.host}:{server.port}?from=care@harbor.example",
            program="tests.browser.eager_command",
        ) as site,
    ):
        await given_it_is_night_and_maria_is_on_call(site)
        check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
        rosa = await phone_of(chromium, site, site.cast.rosa)
        await rosa.goto(f"/check-ins/{check_in.id}")
        await answer_all(rosa, "No trouble", "A little trouble", "Yes")
        await sees(rosa, "Your clinic is closed now. It will read this when it opens.")
        await sees_not(rosa, "Your clinic reads this only when it is open.")  # the same a second time

        maria = await desk_of(chromium, site, site.cast.maria)
        await sees(maria, "Choking: yes", "no staff device has received the alert")
        await when_nobody_has_answered_in_time(site)
        await eventually(lambda: has_come(letters), "Maria's letter", 30)
        await then_the_letter_names_nobody(letters)
        await comes_in(maria, "told Maria Alvarez by email at", "no one has responded yet")

        await press(maria, "Assign to me Rosa Delgado, Choking")
        await sees_not(maria, "no one has responded yet")
        [flag] = await rows(site.database, Flag)
        assert flag.owner_id == site.cast.maria.id
        assert flag.escalate_at is None or flag.escalate_at > system_clock() + timedelta(
            hours=12
        )  # an outcome is still to be recorded


async def given_it_is_night_and_maria_is_on_call(site: RunningSite) -> None:
    cast = site.cast
    async with site.database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        clinic.staffed_hours = {}
        contacts = {cast.maria.id: Contact(1, "")}
        assert await on_call.change(work_by(db, cast.ruth, system_clock()), clinic, contacts, 5) is None


async def when_nobody_has_answered_in_time(site: RunningSite) -> None:
    """Puts the flag back in time, as if the minutes had passed."""
    [flag] = await rows(site.database, Flag)
    async with site.database.writing() as db:
        (await db.get_one(Flag, flag.id)).escalate_at = system_clock()


async def has_come(letters: Inbox) -> bool:
    return bool(letters.letters)


async def comes_in(desk: Page, *words: str) -> None:
    """Waits without a reload. The email arrives before its outcome is recorded, and the list refreshes soon after."""
    for each in words:
        await expect(desk.locator("main")).to_contain_text(each, use_inner_text=True, timeout=20_000)


async def then_the_letter_names_nobody(letters: Inbox) -> None:
    [letter] = letters.letters
    text = letter.as_string()
    assert letter["To"] == "maria@harbor.example"
    assert not any(word in text.lower() for word in ("rosa", "delgado", "chok"))
