"""Staff work on one flag in the inbox: see it, assign it, close it, set an expected level."""

from datetime import timedelta

from playwright.async_api import Browser, expect

from server.checkins.models import CheckIn
from server.clock import system_clock
from server.responses.submission import closing
from tests.browser.chromium import PHONE, new_page
from tests.browser.interception import intercept
from tests.browser.people import answer_all, desk_of, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.journeys.inbox import SWALLOWING, only_flag, then_it_comes_in_by_itself, when_all_is_answered


async def test_a_worsening_swallow_is_assigned_and_closed_by_keyboard_alone(
    chromium: Browser, site: RunningSite
) -> None:
    """Maria waits at her inbox. The flag appears by itself, and she never uses the mouse."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    maria = await desk_of(chromium, site, site.cast.maria)
    await sees(maria, "No one is waiting.")

    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)

    row = await then_it_comes_in_by_itself(maria)
    await expect(row).to_contain_text("Chewing and swallowing: Hard (last time: A little trouble)")
    await expect(row).to_contain_text("4 hours left")
    await maria.keyboard.press("j")
    await expect(row.get_by_role("link", name="Rosa Delgado")).to_be_focused()

    await maria.keyboard.press("e")
    await expect(maria.get_by_label("Assigned to")).to_be_focused()
    await maria.keyboard.type("Maria")
    await maria.keyboard.press("Tab")
    await maria.keyboard.press("Enter")
    await expect(row.locator(".has")).to_have_text("Maria Alvarez")
    await expect(row.get_by_role("link", name="Rosa Delgado")).to_be_focused()

    await maria.keyboard.press("a")
    await expect(maria.get_by_label("Called")).to_be_focused()
    await maria.keyboard.press("Space")
    await maria.keyboard.press("Enter")
    await sees(maria, "Rosa Delgado, Chewing and swallowing: Called.", "No one is waiting.")

    await maria.keyboard.press("u")
    await sees(maria, "Chewing and swallowing: Hard")
    assert (await only_flag(site)).closed_at is None


DAYS_3 = timedelta(days=3)


async def test_a_half_answered_check_in_with_an_urgent_flag_is_not_lost(chromium: Browser, site: RunningSite) -> None:
    """Rosa answers that she choked and puts the phone down.

    The clinic has the answer before and after the window ends.
    """
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "No trouble", "A little trouble", "Yes")
    await sees(rosa, "The clinic has received this answer.")
    await rosa.context.close()

    maria = await desk_of(chromium, site, site.cast.maria)
    row = maria.locator("#flags [data-row]")
    await expect(row).to_contain_text("Choking: yes (last time: no)")
    await expect(row).to_contain_text("act now")

    await when_the_window_ends(site, check_in)
    await maria.goto("/staff?show=new")
    await sees(maria, "Rosa Delgado", "partial")
    await maria.get_by_role("link", name="Rosa Delgado").first.click()
    await sees(maria, "Did you choke on food or drink this week?", "yes", "partial")
    assert (await only_flag(site)).severity == "urgent"
    assert await site.responses_to(check_in) == 1


async def test_setting_an_expected_level_clears_the_row_and_shows_on_the_patients_page(
    chromium: Browser, site: RunningSite
) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.keyboard.press("j")
    await maria.keyboard.press("s")
    await expect(maria.get_by_label("Expected, or better")).to_be_focused()
    await maria.get_by_label("Days").fill("30")
    await maria.get_by_label("Why", exact=True).fill("Waits for the clinic's dietitian.")
    await maria.get_by_role("button", name="Snooze").click()
    await sees(maria, "No one is waiting.", "Expected for now")
    await maria.goto(f"/staff/patients/{site.cast.rosa.id}")
    await sees(maria, "Expected levels", "Chewing and swallowing: Hard", "Waits for the clinic's dietitian.")


async def test_staff_open_and_close_a_flag_on_a_phone_without_javascript(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    signed_in = await (await desk_of(chromium, site, site.cast.maria)).context.storage_state()
    maria = await new_page(
        chromium, size=PHONE, storage_state=signed_in, java_script_enabled=False, base_url=site.base_url
    )
    await maria.goto("/staff")
    await press(maria, "Rosa Delgado")
    await maria.get_by_label("No action, and why").check()
    await maria.get_by_label("Note", exact=True).fill("Known, and seen yesterday.")
    await press(maria, "Acknowledge")
    await sees(maria, "No one is waiting.", "No action, and why")
    await press(maria, "Undo Rosa Delgado, Chewing and swallowing")
    await sees(maria, "Hard (last time: A little trouble)")
    await sees_not(maria, "No one is waiting.")


async def test_a_row_opens_and_closes_in_place_and_says_when_it_fails(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    link, note = maria.get_by_role("link", name="Rosa Delgado").first, maria.get_by_label("Note", exact=True)
    await intercept(
        maria, "**/staff/flags/*", lambda route: route.fulfill(status=503, body="<div class=detail>Busy</div>")
    )
    await link.click()
    await expect(maria.get_by_role("status").filter(has_text="That didn't load.")).to_be_visible()
    await sees_not(maria, "Busy")

    await maria.unroute_all(behavior="wait")
    await link.click()
    await expect(note).to_be_visible()
    await expect(link).to_have_attribute("aria-expanded", "true")
    assert (await maria.title(), maria.url) == ("Inbox · Interlude", site.url("/staff"))
    await link.click()
    await expect(note).to_have_count(0)
    await expect(link).to_have_attribute("aria-expanded", "false")
    async with maria.context.expect_page() as opened:
        await link.click(modifiers=["Control"])
    await sees(await opened.value, "Back to the inbox")
    await expect(note).to_have_count(0)


async def when_the_window_ends(site: RunningSite, check_in: CheckIn) -> None:
    """Runs the worker's tick as if three days had passed. The worker would reopen a check-in closed before its end."""
    async with site.database.writing() as db:
        ended = await db.get_one(CheckIn, check_in.id)
        ended.due_at, ended.closes_at = ended.due_at - DAYS_3, ended.closes_at - DAYS_3
        await db.flush()
        assert await closing.close_ended(db, system_clock()) == 1
