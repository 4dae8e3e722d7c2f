"""Walks through every page of a patient's phone, in each of its states, through the app itself."""

from datetime import timedelta

from playwright.async_api import Browser, Page

from server.clock import system_clock, to_wall
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from tests.cast import work_by
from tests.world import passkey_of

from .camera import READS
from .chromium import new_page
from .inspection import Inspection
from .measures import PATIENT
from .people import (
    fill,
    phone_of,
    press,
    sees,
)
from .running_site import LAST_WEEK, RunningSite

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
STANDALONE = """Object.defineProperty(navigator, "standalone", {get: () => true})"""
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"
# The browser's half of a subscription, made here, because there is no push service.
SUBSCRIBE = """async () => {
  const pair = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, true, ["deriveBits"]);
  const text = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const p256dh = text(await crypto.subtle.exportKey("raw", pair.publicKey));
  const keys = {p256dh, auth: text(crypto.getRandomValues(new Uint8Array(16)))};
  const body = JSON.stringify({endpoint: "http://127.0.0.1:9/push/1", keys});
  const answer = await fetch("/push/subscriptions",
    {method: "POST", headers: {"content-type": "application/json", accept: "application/json"}, body});
  return answer.status;
}"""


async def walk_in(browser: Browser, site: RunningSite) -> list[Inspection]:
    """The pages before sign-in on an iPhone, an Android phone and a computer, and then joining."""
    phones = [await new_page(browser, base_url=site.base_url, user_agent=agent) for agent in (IPHONE, ANDROID, "Linux")]
    iphone, android, other = (Inspection(phone, PATIENT) for phone in phones)
    for step in (1, 2, 3, 4):
        await iphone.visit(f"/install?step={step}", f"/install on an iPhone, step {step}")
    for step in (1, 2, 3):
        await android.visit(f"/install?step={step}", f"/install on Android, step {step}")
    await other.visit("/install", "/install on a computer")
    for path in ("/join", "/help", "/privacy", "/offline", "/offline/unsent"):
        await iphone.visit(path)
    await iphone.visit("/nothing-is-here", "an address that does not exist")
    await _by_link(iphone, site)
    await _scan(android)
    await _ask(other)
    await _in_safari(iphone, site)
    installed = await new_page(browser, base_url=site.base_url, user_agent=IPHONE)
    await installed.add_init_script(STANDALONE)
    app = Inspection(installed, PATIENT)
    await app.visit("/install", "/install in the app")
    await _join(app, site)
    await _reminders(app)
    return [iphone, android, other, app]


async def _in_safari(phone: Inspection, site: RunningSite) -> None:
    """A code in a browser on an iPhone, a link without a sign-in, somebody else's code, and a session that ended."""
    page = phone.page
    await phone.visit(f"/check-ins/{'a' * 32}", "/join, from a link to a check-in")
    await fill(page, "Your code has 8 digits", await site.pairing_code(site.cast.rosa))
    await press(page, "Continue")
    await press(page, "I agree")
    await phone.visit("/reminders", "/reminders in a browser on an iPhone")
    await phone.visit("/join", "/join on somebody's phone")
    await fill(page, "Your code has 8 digits", await site.pairing_code(site.cast.luis))
    await press(page, "Continue")
    await phone.look("consent on somebody's phone")
    await site.sign_out_everywhere(site.cast.rosa)
    await page.goto("/")
    await phone.look("/join after the session has ended")


async def _by_link(phone: Inspection, site: RunningSite) -> None:
    """Opens a link from an email or text without a sign-in."""
    visit = await site.book_visit(timedelta(days=3), site.cast.walter)
    _, token = await site.hand_over(visit.id, "text")
    await phone.visit(f"/go/{token}", "a link to a visit")
    await press(phone.page, "I'll be there")
    await sees(phone.page, "Thank you.")
    await phone.look("a link to a visit, answered")
    await phone.visit("/go/nothing", "a link that has ended")
    _, token = await site.hand_over(visit.id, "email")
    await phone.visit(f"/stop-email/{token}", "the link that stops emails")
    await press(phone.page, "Stop emails")
    await sees(phone.page, "no more emails")
    await phone.look("emails, stopped")
    await phone.visit("/join/not-me", "a code that is somebody else's")


async def _ask(phone: Inspection) -> None:
    await phone.page.goto("/join")
    await press(phone.page, "I don't have a code")
    await sees(phone.page, "Your number")
    await phone.look("/join/asked")


async def _join(phone: Inspection, site: RunningSite) -> None:
    page = phone.page
    await page.goto("/join")
    for code, name in (("0000 0000", "/join, a wrong code"), (await site.pairing_code(site.cast.rosa), "consent")):
        await fill(page, "Your code has 8 digits", code)
        await press(page, "Continue")
        await sees(page, "That code isn't right" if "wrong" in name else "Before you start")
        await phone.look(name)
    await press(page, "I agree")
    await page.wait_for_url("**/reminders")


async def _reminders(phone: Inspection) -> None:
    page = phone.page
    await phone.look("/reminders")
    await press(page, "Turn on reminders")
    await sees(page, "This phone blocks reminders")
    await phone.look("/reminders, not allowed")
    await phone.visit("/reminders/help")
    await press(page, "Send another test")
    await page.wait_for_url("**/reminders/test*")
    await phone.look("/reminders/test")
    assert await page.evaluate(SUBSCRIBE) == 200
    await phone.visit("/reminders", "/reminders, on")


SETTINGS = (
    "",
    "/look",
    "/reminders",
    "/phones",
    "/language",
    "/quiet",
    "/times",
    "/contact",
    "/scan",
    "/aloud",
    "/pause",
    "/leave",
)


async def walk_about(browser: Browser, site: RunningSite) -> list[Inspection]:
    """Home and the pages that it leads to."""
    page = await phone_of(browser, site, site.cast.rosa)
    phone = Inspection(page, PATIENT)
    await phone.visit("/", "home, nothing to do")
    await phone.visit("/answers", "/answers, none yet")
    visit = await site.book_visit(timedelta(days=3))
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await site.check_in_due_now(site.cast.rosa, "daily-three")
    await phone.visit("/", "home, with a check-in and a visit")
    for reply in ("I'll be there", "I can't come"):
        await phone.visit(f"/visits/{visit.id}", f"a visit, before “{reply}”")
        if reply != "I'll be there":
            await page.locator("details > summary").click()  # "Change", in any language
        await press(page, reply)
        await sees(page, "Thank you.")
        await phone.look(f"a visit, after “{reply}”")
    await phone_of(browser, site, site.cast.luis)
    for page_of in SETTINGS:
        await phone.visit(f"/settings{page_of}")
    await _paused(phone, site)
    await phone.visit("/settings/phones")
    await _unfold(page, "/settings/devices/")
    await page.locator("a[href^='/settings/devices/']").first.click()
    await phone.look("signing out another phone")
    await _what_ends_for_good(phone, site)
    await _let_in(phone, await new_page(browser, base_url=site.base_url))
    for path in ("/my-data", "/help", "/sign-out"):
        await phone.visit(path)
    await _set_aside(phone)
    missed = await site.missed_check_in(site.cast.rosa, "function")
    await phone.visit(f"/check-ins/{missed.id}", "a check-in that is closed")
    return [phone]


async def _paused(phone: Inspection, site: RunningSite) -> None:
    for why in (PauseReason.OWN_WISH, PauseReason.HOSPITAL):
        async with site.database.writing() as db:
            rosa = await db.get_one(Patient, site.cast.rosa.id)
            until = to_wall(system_clock(), rosa.zone).date() + timedelta(days=7)
            await pausing.pause(work_by(db, site.cast.maria, system_clock()), rosa, why, until)
        for path in ("/", "/settings/reminders", "/settings/pause"):
            await phone.visit(path, f"{path}, paused: {why}")
    async with site.database.writing() as db:
        rosa = await db.get_one(Patient, site.cast.rosa.id)
        await pausing.resume(work_by(db, site.cast.maria, system_clock()), rosa)


async def _what_ends_for_good(phone: Inspection, site: RunningSite) -> None:
    async with site.database.writing() as db:
        await passkey_of(db, site.cast.rosa)
    for what in ("passkeys", "helpers"):
        await phone.page.goto("/settings/phones")
        await _unfold(phone.page, f"/settings/{what}/")
        await phone.page.locator(f"a[href^='/settings/{what}/']").first.click()
        await phone.look(f"ending one of the {what}")


async def _unfold(page: Page, address: str) -> None:
    """Unfolds the first link to an address that begins so."""
    closed = page.locator(f"details:has(a[href^='{address}']) > summary")
    if await closed.count():
        await closed.first.click()


NOT_TAKEN = """why => Store("interlude-outbox", {entries: {keyPath: "client_id"}})("entries", "readwrite", entries =>
  entries.put({client_id: `one-${why}`, check_in: "one", owner: document.body.dataset.person, state: "look", why}))
"""


async def _set_aside(phone: Inspection) -> None:
    await phone.visit("/set-aside", "/set-aside, nothing")
    for why in (409, "closed", 422):
        await phone.page.evaluate(NOT_TAKEN, why)
    await phone.visit("/", "home, something needs a look")
    await press(phone.page, "Please look at something you sent")
    await sees(phone.page, "The clinic has both.")
    await phone.look("/set-aside")
    await press(phone.page, "I've read this. Remove it from this phone.")
    await phone.page.wait_for_url("**/")


async def _scan(phone: Inspection) -> None:
    await phone.page.context.grant_permissions(["camera"])
    await phone.page.add_init_script(READS)
    await phone.page.goto("/join")
    await press(phone.page, "Scan the code")
    await sees(phone.page, "Hold the phone")
    await phone.look("/join, the camera")


async def _let_in(phone: Inspection, new: Page) -> None:
    page = phone.page
    await new.goto("/join")
    await press(new, "I don't have a code")
    await phone.visit("/settings/phones/add")
    for number, sentence in (
        ("0000 0000", "No phone is showing this number"),
        (await _number_on(new), "It's been added"),
    ):
        await fill(page, "The number on the new phone", number)
        await press(page, "It's my phone")
        await sees(page, sentence)
        await phone.look(f"/settings/phones/add, {sentence}")
    await sees(new, "Before you start")


async def _number_on(new: Page) -> str:
    return await new.locator(".pairing").inner_text()
