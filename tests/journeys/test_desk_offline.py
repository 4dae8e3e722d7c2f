"""The desk without a network: a page of its own stands in, and says that nothing was saved."""

from playwright.async_api import Browser, Page, expect

from tests.browser.eventually import eventually
from tests.browser.people import desk_of, press, sees, sees_not
from tests.browser.running_site import RunningSite

KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const { href } = document.querySelector("[href*='desk.']");
  const kept = ["/offline/desk", "/offline/desk/unsent", href];
  return (await Promise.all(kept.map(path => caches.match(path)))).every(Boolean);
}"""
STYLED = "() => [...document.styleSheets].filter(sheet => sheet.cssRules.length).length"


async def test_without_a_network_the_desk_says_so_and_shows_nobody(chromium: Browser, site: RunningSite) -> None:
    desk = await desk_of(chromium, site, site.cast.maria)
    await desk.goto(f"/staff/patients/{site.cast.rosa.id}/edit")
    await eventually(lambda: desk.evaluate(KEPT), "kept pages")
    await desk.locator("#phone").fill("(212) 555-0123")
    await desk.context.set_offline(True)
    await press(desk, "Save")
    await it_stands_in(desk, site, "What you just sent may not have been saved.")
    await press(desk, "Back to the inbox")
    await it_stands_in(desk, site, "This page needs a network.")
    await desk.goto(f"/staff/patients/{site.cast.rosa.id}")
    await it_stands_in(desk, site, "This page needs a network.")
    await desk.context.set_offline(False)
    await press(desk, "Try again")
    await sees(desk, "Rosa Delgado", "(212) 555-0101")
    await desk.goto("/")  # the rest of the site is a patient's
    await desk.context.set_offline(True)
    await desk.goto("/help")
    await sees(desk, "Check-in answers are safe on this phone.")


async def it_stands_in(desk: Page, site: RunningSite, words: str) -> None:
    await expect(desk.locator("h1")).to_have_text("You're offline")
    await sees(desk, words)
    await sees_not(desk, "Check-in answers are safe on this phone.", "Sign out", site.cast.maria.name, "Rosa")
    assert await desk.locator("body.desk").count() == 1
    assert await desk.evaluate(STYLED) == 2
