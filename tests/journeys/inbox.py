"""Helpers for the journeys through the inbox: an answered check-in and the flag that it raises."""

from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from server.flags.models import Flag
from tests.browser.people import answer_all, press
from tests.browser.running_site import RunningSite

SWALLOWING = ("No trouble", "Hard", "No", "Same as ever", "No trouble", "No trouble", "No", "None", "1", "Good")

LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"  # the inbox asks for changes now, not in 10 s


async def when_all_is_answered(phone: Page, answers: tuple[str, ...]) -> None:
    await phone.goto("/")
    await answer_all(phone, "Start", *answers)
    await press(phone, "Send to clinic")
    await press(phone, "It can wait")
    await expect(phone.locator("h1")).to_have_text("The clinic has received it")


async def then_it_comes_in_by_itself(desk: Page) -> Locator:
    row = desk.locator("#flags [data-row]")
    await expect(row).to_have_count(1, timeout=25_000)
    await expect(desk.get_by_role("status").filter(has_text="New: Rosa Delgado.")).to_be_visible()
    return row


async def only_flag(site: RunningSite) -> Flag:
    async with site.database.reading() as db:
        return (await db.scalars(select(Flag))).one()
