"""People who use WebKit: what they press, type and read."""

import contextlib
from typing import Any

import httpx

from server.people.models import Caregiver, Patient, Staff
from tests.browser.eventually import eventually
from tests.browser.people import LISTENING
from tests.browser.running_site import RunningSite

from .webdriver import Page, WebDriverError

# A person takes longer to type a code than the service worker takes to install. WebKit never finishes an installation
# that a navigation interrupts.
# navigation interrupts.
WORKER = "return Boolean(navigator.serviceWorker.controller)"
# The visible button or link with exactly this name, and the visible field with this label.
BUTTON = """const [name] = arguments;
const read = text => text.replaceAll("\\u2011", "-").split(/\\s+/).join(" ").trim();
return [...document.querySelectorAll("button, a, summary")].find(each =>
  read(each.getAttribute("aria-label") ?? each.textContent) === name && each.checkVisibility()) ?? null;"""
FIELD = """const [label] = arguments;
return [...document.querySelectorAll("label")].find(each => each.textContent.trim() === label)?.control ?? null;"""
READS = """const [words] = arguments;
const read = document.querySelector("main").innerText.replaceAll("\\u2011", "-").split(/\\s+/).join(" ");
return document.readyState === "complete" && read.includes(words);"""
LEFT = "const [before] = arguments; return document.querySelector('h1').innerText !== before"
SECONDS = 20


async def join(phone: Page, site: RunningSite, person: Patient | Caregiver) -> None:
    await phone.go("/join")
    await until(phone, WORKER)
    await fill(phone, "Your code has 8 digits", await site.pairing_code(person))
    await press(phone, "Continue")
    await press(phone, "I agree")
    await sees(phone, "May we remind you?")


async def sign_in(desk: Page, site: RunningSite, staff: Staff) -> None:
    await desk.go(await site.staff_link(staff))
    await press(desk, "Sign in")
    await sees(desk, "Inbox")


async def press(page: Page, name: str) -> None:
    """Press once the page has loaded. An element that disappeared before the click is looked up again."""
    for _ in range(3):
        found = await until(page, BUTTON, name)
        try:
            await page.run(f"return ({LISTENING})()")
            return await page.click(found)
        except WebDriverError as error:
            if error.args[0] != "stale element reference":
                raise
    raise AssertionError(f"{name!r} went away each time")


async def fill(page: Page, label: str, words: str) -> None:
    await page.type(await until(page, FIELD, label), words)


async def answer_all(page: Page, *names: str) -> None:
    """Press once for each answer. Each press opens another page."""
    for name in names:
        asked = await page.run("return document.querySelector('h1').innerText")
        await press(page, name)
        await until(page, LEFT, asked)


async def sees(page: Page, *words: str) -> None:
    for each in words:
        await until(page, READS, each)


async def until(page: Page, script: str, *arguments: str) -> Any:
    """Run a script until it returns something truthy, again if the page is replaced meanwhile."""

    async def look() -> Any:
        with contextlib.suppress(WebDriverError):
            return await page.run(script, *arguments)
        return None

    try:
        return await eventually(look, f"{script} {arguments}", SECONDS)
    except AssertionError as error:
        with contextlib.suppress(WebDriverError, httpx.HTTPError):
            error.add_note(str(await page.run("return `${location} ${document.body.innerText}`")))
        raise
