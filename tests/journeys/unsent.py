"""What a phone has not sent yet: how a test brings that about, and how it sees that nothing waits any more."""

import json
import re

from playwright.async_api import Browser, Page, expect

from server.checkins.models import CheckIn
from tests.browser.interception import refuse
from tests.browser.people import answer, answer_all, nothing_waits, phone_of, press, sees, without_background_sync
from tests.browser.running_site import RunningSite

UPLOADS = "**/check-ins/*/responses"
NOT_YET = "Saved on this phone. The clinic has not received it yet."


RAISE = """name => new Promise((resolve, reject) => {
  const request = indexedDB.open(name, 7);
  request.onupgradeneeded = () => request.result.createObjectStore("of next year");
  request.onsuccess = () => { request.result.close(); resolve(); };
  request.onerror = () => reject(request.error);
})"""


async def when_an_app_of_next_year_opens_the_queue(phone: Page) -> None:
    """A later version of the app opens the database with a higher version, as if it had one more store."""
    await phone.evaluate(RAISE, "interlude-outbox")


async def when_it_is_sent_without_a_network(phone: Page) -> None:
    await phone.context.set_offline(True)
    await press(phone, "Send to clinic")
    await sees(phone, NOT_YET)


async def when_it_is_sent_and_waits(phone: Page) -> None:
    """Sends from the current page over a network that refuses uploads. A service worker's uploads are not refused."""
    assert not await phone.evaluate("'sync' in ServiceWorkerRegistration.prototype"), "its worker could send it"
    await refuse(phone, UPLOADS)
    if await phone.get_by_role("button", name="Send to clinic").count() == 0:
        await answer(phone, "Start")
    await press(phone, "Send to clinic")
    await sees(phone, NOT_YET)


async def given_all_is_answered(site: RunningSite, phone: Page) -> CheckIn:
    """Rosa has answered the daily three and is at Check and send."""
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    await phone.goto(f"/check-ins/{check_in.id}")
    await answer_all(phone, "4", "Good", "No trouble")
    await expect(phone.locator("h1")).to_have_text("Check and send")
    return check_in


async def given_all_is_answered_on_a_phone(chromium: Browser, site: RunningSite) -> tuple[Page, CheckIn]:
    """Rosa's phone, at Check and send."""
    phone = await phone_of(chromium, site, site.cast.rosa)
    return phone, await given_all_is_answered(site, phone)


async def given_all_is_answered_without_background_sync(chromium: Browser, site: RunningSite) -> tuple[Page, CheckIn]:
    """Rosa's phone, at Check and send. The browser sends nothing by itself."""
    phone = await phone_of(chromium, site, site.cast.rosa)
    await without_background_sync(phone)
    return phone, await given_all_is_answered(site, phone)


async def then_what_lies_on_the_phone_is_sealed(phone: Page) -> None:
    kept = json.dumps(await phone.evaluate("Outbox.all()"))
    assert '"box"' in kept
    words = set(
        re.findall(r"[\w-]+", kept)
    )  # whole words, because a ciphertext in base64url may contain any three letters
    assert words.isdisjoint(("answers", "pain", "breathing", "self"))


async def then_nothing_waits_any_more(phone: Page) -> None:
    """Once the queue has been sent, Home says without a reload that nothing is left to do."""
    await nothing_waits(phone)
    await expect(phone.locator("h1")).to_have_text("All done for now")
    await expect(phone.locator("#waiting")).to_be_hidden()
