"""`make pictures`: saves a picture of every screen in screenshots/, in light, dark, and at 320 px with 200 % text."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

from server import crypto

from . import inspection
from .check_in_walk import walk_through_check_ins
from .chromium import chromium
from .measures import NARROW, PATIENT, Owed
from .patient_walk import walk_about, walk_in
from .running import House, open_house
from .staff_walk import walk_the_desk, walk_to_the_door

OUT = Path(__file__).parent.parent.parent / "screenshots"
WALKS = (walk_in, walk_about, walk_through_check_ins, walk_to_the_door, walk_the_desk)
LARGE = "size => document.documentElement.dataset.size = size"


async def take(page: Page, name: str, owed: Owed) -> None:
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    for size in owed.sizes:
        await page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await page.screenshot(path=OUT / f"{stem}-{size['width']}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if owed is PATIENT:
        await page.set_viewport_size(NARROW)
        await page.evaluate(LARGE, "200")
        await page.screenshot(path=OUT / f"{stem}-320-large.png", full_page=True)
        await page.evaluate(LARGE, "100")
        await page.set_viewport_size(owed.sizes[0])
    sys.stderr.write(f"  {stem}\n")


async def walk(house: House) -> None:
    async with chromium() as browser:
        for each in WALKS:
            async with house.cleared() as site:
                await each(browser, site)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    inspection.camera = take
    crypto.use(crypto.new_keyring())
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        asyncio.run(walk(house))


if __name__ == "__main__":
    main()
