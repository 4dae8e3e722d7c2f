"""A browser clears what it stores for the site while answers wait on the phone (case 160)."""

from playwright.async_api import Browser, expect

from tests.browser.people import answer, join, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.unsent import (
    given_all_is_answered_without_background_sync,
    when_it_is_sent_and_waits,
)

CLEAR = """names => Promise.all(names.map(name => new Promise(done => {
  const request = indexedDB.deleteDatabase(name);
  request.onsuccess = request.onblocked = request.onerror = done;
})))"""


async def test_case_160_home_says_that_waiting_answers_were_cleared(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_all_is_answered_without_background_sync(chromium, site)
    await when_it_is_sent_and_waits(rosa)
    await rosa.goto("/")
    await sees(rosa, "1 check-in is waiting on this phone")
    await sees_not(rosa, "cleared before we could send")
    await rosa.goto("/privacy")
    await rosa.evaluate(CLEAR, ["interlude-outbox", "interlude-held"])
    await rosa.goto("/")
    await sees(rosa, "cleared before we could send", "The clinic still has all that was sent before")
    await rosa.reload()
    await press(rosa, "I've read this")
    await sees_not(rosa, "cleared before we could send")
    await rosa.reload()
    await sees_not(rosa, "cleared before we could send")


async def test_case_160_the_servers_draft_goes_on_after_everything_was_cleared(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer(rosa, "4")
    await expect(rosa.locator("main")).to_contain_text("2 of 3")
    await rosa.context.clear_cookies()
    await rosa.evaluate(CLEAR, ["interlude-outbox", "interlude-held"])
    await join(rosa, site, site.cast.rosa)
    await rosa.goto("/")
    await press(rosa, "Start")
    await sees(rosa, "2 of 3")
