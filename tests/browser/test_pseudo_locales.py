"""The patient's main pages in a language 40 % longer and in one from right to left.

Nothing is clipped or beyond the edge and targets are large enough, on a phone and at 320 px.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from sqlalchemy import select

from server import crypto
from server.checkins.models import CheckIn
from server.people.models import Patient
from server.questionnaires.answers import Value
from server.questionnaires.models import Questionnaire
from tests.keyring import KEYRING

from . import running
from .chromium import new_page
from .measures import PATIENT, faults_of_size
from .people import LISTENING
from .pseudo import MIRRORED, SPEAKERS, longer, mirrored, spoken_by, translated
from .running_site import LAST_WEEK, RunningSite

INSTALL = "/install?step=1"
BEFORE_SIGN_IN = ("/join", "/help", "/privacy", "/offline", "/offline/unsent", INSTALL)
SIGNED_IN = (
    "/reminders",
    "/reminders/help",
    "/settings",
    "/settings/language",
    "/settings/quiet",
    "/answers",
    "/sign-out",
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"

DAILY: dict[str, Value] = {"pain": 2, "mood": "little", "breathing": "none"}


class Walk:
    """Visits one page after another in `locale`, and reports all faults at the end."""

    def __init__(self, page: Page, locale: str) -> None:
        self.page, self.locale = page, locale
        self.faults: list[str] = []

    async def visit(self, path: str) -> None:
        await self.page.goto(path)
        assert self.page.url.endswith(path), self.page.url
        await self.look(path)

    async def look(self, name: str) -> None:
        await self.page.wait_for_load_state()
        await self.page.evaluate(LISTENING)
        assert await self.page.locator("html").get_attribute("lang") == self.locale, name
        assert await self.page.locator("html").get_attribute("dir") == ("rtl" if self.locale == MIRRORED else "ltr")
        self.faults += [f"{name} {fault}" for fault in await faults_of_size(self.page, PATIENT)]

    async def press(self, selector: str) -> None:
        """Presses a button by its value, because nobody can read its name. It opens another page."""
        asked = await self.page.locator("h1").inner_text()
        await self.page.wait_for_load_state()
        await self.page.evaluate(LISTENING)
        await self.page.locator(selector).first.click()
        await self.page.wait_for_function("asked => document.querySelector('h1')?.innerText !== asked", arg=asked)


@pytest.fixture(scope="module")
def two_tongued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.House]:
    crypto.use(KEYRING)
    with running.open_house(tmp_path_factory.mktemp("pseudo"), "tests.browser.pseudo") as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def pseudo_site(keyring: crypto.Keyring, two_tongued: running.House) -> AsyncIterator[RunningSite]:
    async with two_tongued.cleared() as site:
        yield site


async def speak(site: RunningSite, patient: Patient, locale: str) -> None:
    async with site.database.writing() as db:
        (await db.get_one(Patient, patient.id)).locale = locale
        for questionnaire in await db.scalars(select(Questionnaire)):
            questionnaire.resource = translated(questionnaire.resource, locale)


async def join(walk: Walk, site: RunningSite, patient: Patient) -> None:
    page = walk.page
    await page.goto("/join")
    await page.locator("summary").first.click()  # a long list of languages is collapsed
    await page.locator(f"button[value={walk.locale}]").click()
    await page.wait_for_function("locale => document.documentElement.lang === locale", arg=walk.locale)
    for path in BEFORE_SIGN_IN:
        await walk.visit(path)
    await page.goto("/join")
    await page.locator("#code").fill(await site.pairing_code(patient))
    await walk.press("form[action='/join/code'] button")
    await walk.look("the notice")
    await walk.press("[name=agree]")


async def answer(walk: Walk, check_in: CheckIn, link_id: str, value: str) -> None:
    await walk.visit(f"/check-ins/{check_in.id}/q/{link_id}?who=self")
    await walk.press(f"[name=answer][value='{value}']")


async def same_as_last_time(walk: Walk, daily: CheckIn) -> None:
    await walk.visit(f"/check-ins/{daily.id}/same?who=self")
    await walk.press("[name=say][value=some]")
    await walk.look("what has changed")


async def check_in_through(walk: Walk, weekly: CheckIn) -> None:
    await walk.visit(f"/check-ins/{weekly.id}/who")
    await answer(walk, weekly, "breathing", "very-hard")
    await walk.look("red flag")
    await answer(walk, weekly, "pain", "7")
    await answer(walk, weekly, "fall", "yes")
    await walk.look("red flag, a fall")
    await answer(walk, weekly, "speech", "some")
    await walk.visit(f"/check-ins/{weekly.id}/check?who=self")
    await walk.press("form[data-outbox] .main")
    await walk.look("how urgent")
    await walk.press("[name=urgency][value=wait]")
    await walk.look("sent")


@pytest.mark.parametrize("locale", SPEAKERS)
async def test_the_patients_pages_fit(locale: str, chromium: Browser, pseudo_site: RunningSite) -> None:
    rosa = pseudo_site.cast.rosa
    await speak(pseudo_site, rosa, locale)
    page = await new_page(chromium, base_url=pseudo_site.base_url, user_agent=IPHONE, reduced_motion="reduce")
    walk = Walk(page, locale)
    await join(walk, pseudo_site, rosa)
    for path in SIGNED_IN:
        await walk.visit(path)
    visit = await pseudo_site.book_visit(timedelta(days=3))
    weekly = await pseudo_site.check_in_due_now(rosa, "weekly-als", LAST_WEEK)
    await walk.visit("/")
    await walk.visit(f"/visits/{visit.id}")
    await same_as_last_time(walk, await pseudo_site.check_in_due_now(rosa, "daily-three", DAILY, whole=True))
    await check_in_through(walk, weekly)
    await walk.visit("/answers")
    assert not walk.faults, "\n".join(walk.faults)


async def test_words_that_overflow_their_box_are_noticed(chromium: Browser) -> None:
    page = await new_page(chromium)
    word = "w" * 60
    await page.set_content(f"<main><button style='width: 9rem; height: 5rem'>{word}</button><p>Fine.</p></main>")
    found = [fault for fault in await faults_of_size(page, PATIENT) if "clipped" in fault]
    assert len(found) == 2, found


def test_the_long_language_is_long_and_keeps_what_is_filled_in() -> None:
    for sentence in ("Saved on this phone. The clinic has not received it yet.", "Home", "Send to clinic"):
        assert len(longer(sentence)) >= round(1.4 * len(sentence)), longer(sentence)
    assert spoken_by(longer, "%(name)s has called") == "%(name)s hááss cáállééd"
    assert spoken_by(mirrored, "Step {n} of 3") == "קרהע {n} סו 3"
