"""How many compressed bytes a page loads on a slow connection."""

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from server.web.assets import Assets

from .chromium import new_page
from .people import answer, phone_of, press
from .running_site import RunningSite

KB = 1024
SHARED = {
    "store.js",
    "offline-bundle.js",
    "outbox.js",
    "kept-text.js",
}  # every page of a signed-in person loads these modules
MODULES = ("app.js", "subscription.js", "typed-text.js")
STAFFS = ("desk", "inbox", "htmx.js", "text-limits.js")


@dataclass
class Line:
    """What was loaded, by address, in bytes on the wire. What the browser had cached counts as none."""

    session: CDPSession
    came: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    async def listen(self) -> "Line":
        self.session.on("Network.responseReceived", self._named)
        self.session.on("Network.loadingFinished", self._came)
        await self.session.send("Network.enable")
        return self

    def _named(self, event: dict[str, Any]) -> None:
        self._names[event["requestId"]] = event["response"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        name, size = self._names.get(event["requestId"], ""), int(event["encodedDataLength"])
        if size:
            self.came[name] = self.came.get(name, 0) + size


async def line_of(page: Page) -> Line:
    return await Line(await page.context.new_cdp_session(page)).listen()


async def test_the_first_page_is_small(chromium: Browser, site: RunningSite) -> None:
    page = await new_page(chromium, base_url=site.base_url)
    line = await line_of(page)
    await page.goto("/join", wait_until="networkidle")
    assert sum(line.came.values()) <= 45 * KB, line.came


async def test_home_is_small_on_its_first_opening(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    line = await line_of(rosa)
    await rosa.goto("/", wait_until="networkidle")
    assert sum(line.came.values()) <= 45 * KB, line.came


async def test_a_question_is_one_small_request(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/", wait_until="networkidle")
    await press(rosa, "Start")
    await rosa.wait_for_load_state("networkidle")
    line = await line_of(rosa)
    await answer(rosa, "A little trouble")
    await rosa.wait_for_load_state("networkidle")
    assert len(line.came) == 1, line.came
    assert sum(line.came.values()) <= 4 * KB, line.came


def test_our_scripts_and_styles_are_small() -> None:
    assets = Assets()
    sizes = {
        url.split("/")[-1].split(".")[0] + "." + url.split(".")[-1]: len(a.br or b"")
        for url, a in assets.by_url.items()
    }
    ours = {name: size for name, size in sizes.items() if name.endswith(".js") and not name.startswith(STAFFS)}
    assert sum(ours[name] for name in {*SHARED, *MODULES, *assets.imported_by(MODULES)}) <= 12 * KB
    assert sum(ours.values()) <= 24 * KB, ours
    assert sizes["app.css"] <= 8 * KB
