"""People who use Chromium: a patient's phone that has joined, and a staff member's desk."""

import contextlib
from typing import Any

from playwright.async_api import Browser, Error, Page, expect

from server.people.models import Caregiver, Patient, Staff
from server.settings import Settings
from server.web import cookies
from server.web.cookies import PERSON_COOKIE

from . import tongues
from .chromium import DESKTOP, new_page
from .eventually import eventually
from .running_site import RunningSite

# The app ignores taps in the first moments of a question, so that a double tap answers only once (the journey of a
# check-in tests that). People take longer to read. Here, that time is over once the page has settled.
LISTENING = """() => new Promise((done, failed) => {
  const ends = Date.now() + 10_000;
  const settled = () => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling");
  const over = () => { document.body.dataset.shownAt = "-Infinity"; done(); };
  const look = () => {
    if (settled()) over();
    else if (Date.now() > ends) failed(new Error("htmx has not settled for 10 s"));
    else setTimeout(look, 20);
  };
  look();
})"""


async def phone_of(browser: Browser, site: RunningSite, person: Patient | Caregiver, **options: Any) -> Page:
    """A phone on which `person` has just joined. It shows the page that asks about reminders."""
    page = await new_page(browser, base_url=site.base_url, **options)
    await join(page, site, person)
    return page


async def join(page: Page, site: RunningSite, person: Patient | Caregiver) -> None:
    """Joins by typing a code."""
    await page.goto("/join")
    await fill(page, "Your code has 8 digits", await site.pairing_code(person))
    await press(page, "Continue")
    await press(page, "I agree")
    await page.wait_for_url("**/reminders")


async def lose_session(page: Page) -> None:
    """The browser no longer sends its session, as if the person were signed out remotely."""
    await page.context.clear_cookies(name=cookies.name_on(Settings(), PERSON_COOKIE))


async def desk_of(browser: Browser, site: RunningSite, staff: Staff, **options: Any) -> Page:
    """A computer on which `staff` has signed in by an admin's link. It shows the inbox."""
    page = await new_page(browser, base_url=site.base_url, **{"size": DESKTOP} | options)
    await page.goto(await site.staff_link(staff))
    await press(page, "Sign in")
    await page.wait_for_url("**/staff")
    return page


async def press(page: Page, name: str) -> None:
    """Presses the button or link with exactly this name, in the page's language, once the page has loaded."""
    name = tongues.named(name, await tongue_of(page))
    found = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))
    await found.wait_for()
    await page.wait_for_load_state()
    await page.evaluate(LISTENING)
    await found.click()


async def fill(page: Page, label: str, words: str) -> None:
    await page.get_by_label(tongues.named(label, await tongue_of(page))).fill(words)


async def tongue_of(page: Page) -> str:
    return await page.locator("html").get_attribute("lang") or "en"


async def answer(page: Page, name: str) -> None:
    """Gives an answer with one press, which opens another page."""
    asked = await page.locator("h1").inner_text()
    await press(page, name)
    await expect(page.locator("h1")).not_to_have_text(asked)


async def answer_all(page: Page, *names: str) -> None:
    for name in names:
        await answer(page, name)


async def without_background_sync(phone: Page) -> None:
    """From the next page on, only pages send what waits, as in Safari, and a test can delay that."""
    await phone.context.add_init_script("delete ServiceWorkerRegistration.prototype.sync")


async def go(page: Page, path: str) -> None:
    """Opens an address, even while the app navigates by itself, as it does when the network returns."""

    async def opened() -> bool:
        try:
            await page.goto(path)
        except Error as error:
            if "interrupted by another navigation" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            return False
        return True

    await eventually(opened, f"{path} to open")


async def evaluate(page: Page, script: str) -> Any:
    """The result of the script. If the page opens anew meanwhile, as it may after a push, it is asked again."""

    async def look() -> tuple[Any] | None:
        with contextlib.suppress(Error):
            return (await page.evaluate(script),)
        return None

    (result,) = await eventually(look, f"the page to answer {script}")
    return result


async def nothing_waits(phone: Page) -> None:
    """Waits until the phone's queue is empty."""
    await eventually(
        lambda: evaluate(phone, "Outbox.all().then(kept => kept.length === 0)"), "the phone's queue to be empty"
    )


async def sees(page: Page, *words: str) -> None:
    """Waits until each of these texts is visible."""
    tongue = await tongue_of(page)
    for each in words:
        await expect(page.locator("main")).to_contain_text(tongues.read(each, tongue), use_inner_text=True)


async def sees_not(page: Page, *words: str) -> None:
    tongue = await tongue_of(page)
    for each in words:
        await expect(page.locator("main")).not_to_contain_text(tongues.read(each, tongue), use_inner_text=True)
