"""A code typed in Safari is kept for the app on the Home Screen, which shares nothing with Safari (case 96)."""

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import new_page
from tests.browser.patient_walk import IPHONE, STANDALONE
from tests.browser.people import fill, press, sees, without_background_sync
from tests.browser.running_site import RunningSite
from tests.journeys.unsent import given_all_is_answered, when_it_is_sent_and_waits


async def app_of(browser: Browser, site: RunningSite) -> Page:
    app = await new_page(browser, base_url=site.base_url, user_agent=IPHONE)
    await app.add_init_script(STANDALONE)
    return app


async def give(page: Page, code: str) -> None:
    await page.goto("/join")
    await fill(page, "Your code has 8 digits", code)
    await press(page, "Continue")


async def test_case_96_a_code_typed_in_safari_works_once_more_in_the_app(chromium: Browser, site: RunningSite) -> None:
    code = await site.pairing_code(site.cast.rosa)
    safari = await new_page(chromium, base_url=site.base_url, user_agent=IPHONE)
    await safari.goto("/join")
    await sees(safari, "First, add Interlude to your Home Screen")
    await give(safari, code)
    await press(safari, "I agree")
    await sees(safari, "Add Interlude to your Home Screen", "type the same code")

    app, late = await app_of(chromium, site), await app_of(chromium, site)
    await app.goto("/")
    await sees(app, "Join your clinic")
    await give(app, code)
    await press(app, "I agree")
    await sees(app, "May we remind you?")
    await safari.goto("/")
    await sees(safari, "Interlude is on your Home Screen now", "this browser was signed out")
    await give(late, code)
    await sees(late, "This code has already been used")


async def test_case_98_a_session_that_ended_says_what_waits_on_the_phone(chromium: Browser, site: RunningSite) -> None:
    rosa = await new_page(chromium, base_url=site.base_url, user_agent=IPHONE)
    await rosa.add_init_script(STANDALONE)
    await without_background_sync(rosa)
    await give(rosa, await site.pairing_code(site.cast.rosa))
    await press(rosa, "I agree")
    await rosa.wait_for_url("**/reminders")
    check_in = await given_all_is_answered(site, rosa)
    await when_it_is_sent_and_waits(rosa)
    await site.sign_out_everywhere(site.cast.rosa)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await expect(rosa.locator("h1")).to_have_text("You've been signed out here")
    await sees(rosa, "Your clinic signed this phone out", "1 check-in is still waiting on this phone")
    await give(rosa, await site.pairing_code(site.cast.rosa))
    await rosa.unroute_all(behavior="wait")
    await press(rosa, "I agree")
    await rosa.goto("/")
    await site.wait_for_response(check_in)
