"""axe checks each page of a patient's phone in every language, at 100 and 200 % text, in light and dark."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from playwright.async_api import Browser, Page
from sqlalchemy import update

from server.language import LANGUAGES
from server.people.models import Patient

from . import inspection, tongues
from .check_in_walk import walk_through_check_ins
from .chromium import axe_violations
from .measures import ENLARGE, OF_COLOUR, Owed, faults_of_size
from .patient_walk import walk_about, walk_in
from .running import House
from .running_site import RunningSite

SIZES = ("100", "200")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Looked:
    """How many looks, pages and states were checked, including urgent screens and offline pages."""

    pages: int
    looks: int
    wrong: list[str]


async def look_everywhere(browser: Browser, house: House, tell: Callable[[int], None] = lambda _: None) -> Looked:
    found = Looked(0, 0, [])

    async def look(page: Page, name: str, owed: Owed) -> None:
        tongue = await page.locator("html").get_attribute("lang")
        found.pages += 1
        found.wrong += [] if tongue == tongues.of_phones() else [f"{name} speaks {tongue}"]
        found.wrong += [f"{name} in {tongue}: {fault}" for fault in await faults_of_size(page, owed)]
        for size, scheme in product(SIZES, SCHEMES):
            await page.evaluate(ENLARGE, size)
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            looked = f"{name} in {tongue}, {size} %, {scheme}"
            found.wrong += [f"{looked}: {violation}" for violation in await axe_violations(page)]
            found.looks += 1
        await page.evaluate(ENLARGE, "100")
        await page.emulate_media(forced_colors="active")
        found.wrong += [f"{name} in {tongue}, forced colours: {each}" for each in await axe_violations(page, OF_COLOUR)]
        await page.emulate_media(forced_colors="none")
        tell(found.looks)

    inspection.camera = look
    try:
        for locale in LANGUAGES:
            await _walk_in(locale, browser, house)
    finally:
        inspection.camera = None
    return found


async def _walk_in(locale: str, browser: Browser, house: House) -> None:
    for walk in (walk_in, walk_about, walk_through_check_ins):
        async with house.cleared() as site:
            await _speak(site, locale)
            with tongues.phones_speak(locale):
                await walk(browser, site)


async def _speak(site: RunningSite, locale: str) -> None:
    """Sets each patient's own language, which overrides the browser's."""
    async with site.database.writing() as db:
        await db.execute(update(Patient).values(locale=locale))
