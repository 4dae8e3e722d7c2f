"""Each page of a patient's phone once more: in every language, at 100 and 200 % text, in light and dark, by axe."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from playwright.async_api import Browser
from sqlalchemy import update

from server.language import LANGUAGES
from server.people.models import Patient

from .chromium import axe_violations
from .inspection import Inspection
from .patient_walk import walk_about, walk_in, walk_through_check_ins
from .running import House
from .running_site import RunningSite

SIZES = ("100", "200")
SECURE = "https://localhost"  # a cookie knows no port, and this one wants a secure origin
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Looked:
    pages: int
    looks: int
    wrong: list[str]


async def look_everywhere(browser: Browser, house: House, tell: Callable[[int], None] = lambda _: None) -> Looked:
    found = Looked(0, 0, [])
    for walk in (walk_in, walk_about, walk_through_check_ins):
        async with house.cleared() as site:
            for inspection in await walk(browser, site):
                found.pages += len(set(inspection.visited))
                await _again(inspection, site, found, tell)
    return found


async def _again(inspection: Inspection, site: RunningSite, found: Looked, tell: Callable[[int], None]) -> None:
    page, paths = inspection.page, sorted(set(inspection.visited))
    for locale, size in product(LANGUAGES, SIZES):
        await _speak(site, locale)
        cookies = {"__Host-language": locale, "__Host-size": size}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": SECURE, "secure": True} for name, value in cookies.items()]
        )
        for path in paths:
            await page.goto(path)
            html = page.locator("html")
            look = await html.get_attribute("lang"), await html.get_attribute("data-size")
            assert look == (locale, size), (path, look)
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                looked = f"{path} in {locale}, {size} %, {scheme}"
                found.wrong += [f"{looked}: {violation}" for violation in await axe_violations(page)]
                found.looks += 1
        tell(found.looks)


async def _speak(site: RunningSite, locale: str) -> None:
    """Each patient's own language goes before the browser's."""
    async with site.database.writing() as db:
        await db.execute(update(Patient).values(locale=locale))
