"""What staff type into one form of a page is not lost by what they press in another (case 91)."""

from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.eventually import eventually
from tests.browser.people import answer_all, desk_of, evaluate, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.browser.scripts import STORED
from tests.journeys.inbox import LOOKS_AGAIN, SWALLOWING, only_flag, when_all_is_answered

BACK = "What you typed is back. It has not been saved yet."
COUGHS = "She coughs at"


async def two_flags(chromium: Browser, site: RunningSite) -> Page:
    """Flags of Rosa and Walter wait, and Maria has her inbox open."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await when_all_is_answered(await phone_of(chromium, site, site.cast.rosa), SWALLOWING)
    await site.check_in_due_now(site.cast.walter, "daily-three")
    walter = await phone_of(chromium, site, site.cast.walter)
    await walter.goto("/")
    await answer_all(walter, "Start", "2", "Good", "Very hard")
    return await desk_of(chromium, site, site.cast.maria)


def row_of(desk: Page, name: str) -> Any:
    return desk.locator("#flags [data-row]").filter(has_text=name)


async def stored(desk: Page) -> Any:
    return await evaluate(desk, f"({STORED})()")


async def test_case_91_a_note_half_typed_in_the_inbox_outlives_acts_on_other_flags(
    chromium: Browser, site: RunningSite
) -> None:
    maria = await two_flags(chromium, site)
    rosas, walters = row_of(maria, "Rosa Delgado"), row_of(maria, "Walter Brandt")
    note = rosas.get_by_label("Note", exact=True)
    await rosas.get_by_role("link", name="Rosa Delgado", exact=True).click()
    await rosas.get_by_label("Called").check()
    await note.fill(COUGHS)
    await walters.get_by_role("link", name="Walter Brandt", exact=True).click()
    await walters.get_by_label("Add a note").fill("Asked")
    await walters.get_by_role("button", name="Assign to me").click()
    await expect(walters.locator(".has")).to_have_text("Maria Alvarez")
    await rosa_is_as_typed(maria)
    await expect(walters.get_by_label("Add a note")).to_have_value("Asked")
    assert all(sorted(parts) == ["box", "iv"] for _, parts in await stored(maria))

    await maria.evaluate(LOOKS_AGAIN)
    await maria.get_by_role("link", name="Late").click()
    await sees_not(maria, "Rosa Delgado")
    await maria.get_by_role("link", name="Needs action").click()
    await rosa_is_as_typed(maria)
    await rosas.get_by_role("link", name="Rosa Delgado", exact=True).click()  # closes the row
    await expect(note).to_have_count(0)
    await rosas.get_by_role("link", name="Rosa Delgado", exact=True).click()
    await rosa_is_as_typed(maria)

    ken = await desk_of(chromium, site, site.cast.ken)
    await sees_not(ken, BACK)
    await ken.get_by_role("link", name="Walter Brandt", exact=True).click()
    await ken.get_by_label("Plan changed").check()
    await ken.get_by_role("button", name="Acknowledge").click()
    await sees(ken, "Walter Brandt", "Plan changed")
    await walters.get_by_label("Called").check()
    await walters.get_by_role("button", name="Acknowledge").click()
    await sees(maria, "Ken Osei got there first")
    await press(maria, "Back to the inbox")
    await rosa_is_as_typed(maria)

    await rosas.get_by_role("button", name="Acknowledge").click()
    await sees(maria, "No one is waiting.", "Rosa Delgado, Chewing and swallowing: Called.")
    await eventually(lambda: only_walters_is_stored(maria), "what was sent to be forgotten")


async def only_walters_is_stored(desk: Page) -> bool:
    """The outcome that Ken was quicker with."""
    return len([name for name, _ in await stored(desk) if name.endswith("/close outcome note")]) == 1


async def rosa_is_as_typed(desk: Page) -> None:
    rosas = row_of(desk, "Rosa Delgado")
    await expect(rosas.get_by_label("Note", exact=True)).to_have_value(COUGHS)
    await expect(rosas.get_by_label("Called")).to_be_checked()


async def test_case_91_each_form_of_a_patients_page_keeps_what_was_typed_until_it_is_sent(
    chromium: Browser, site: RunningSite
) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await when_all_is_answered(await phone_of(chromium, site, site.cast.rosa), SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    path = f"/staff/patients/{site.cast.rosa.id}"
    await maria.goto(path)
    flag = maria.locator(".flag")
    await flag.get_by_label("Note", exact=True).fill(COUGHS)
    caregivers = maria.locator(f"form[action='{path}/caregivers']")
    await caregivers.evaluate("form => { for (let at = form; at; at = at.parentElement) at.open = true; }")
    await caregivers.get_by_label("Name").fill("Ana Delgado")
    await flag.get_by_role("button", name="Assign to me").click()
    await sees(maria, BACK)
    await expect(flag.get_by_label("Note", exact=True)).to_have_value(COUGHS)
    await expect(caregivers.get_by_label("Name")).to_have_value("Ana Delgado")
    await expect(caregivers.get_by_label("Name")).to_be_visible()
    await caregivers.get_by_role("button").click()
    await sees(maria, "Ana Delgado")
    await expect(flag.get_by_label("Note", exact=True)).to_have_value(COUGHS)
    await expect(maria.get_by_text(BACK)).to_have_count(1)

    await maria.goto(f"/staff/flags/{(await only_flag(site)).id}")
    await expect(maria.get_by_label("Note", exact=True)).to_have_value(COUGHS)
    await maria.context.set_offline(True)
    await maria.get_by_label("Called").check()
    await press(maria, "Acknowledge")
    await expect(maria.locator("h1")).to_have_text("You're offline")
    await maria.context.set_offline(False)
    await maria.goto(path)
    await expect(flag.get_by_label("Note", exact=True)).to_have_value(COUGHS)

    await maria.get_by_role("button", name="Sign out").click()
    await maria.wait_for_url("**/sign-in")
    await eventually(lambda: nothing_is_stored(maria), "what was typed to be gone")


async def nothing_is_stored(desk: Page) -> bool:
    return not await stored(desk)
