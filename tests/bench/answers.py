"""How long the next question takes after an answer, on a slow phone and a slow connection."""

from statistics import quantiles

from playwright.async_api import Page

from tests.browser.chromium import chromium
from tests.browser.people import phone_of
from tests.browser.running import House

# Chromium's own presets: a CPU four times slower, 150 ms round trip, 1.6 Mbit/s.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
# From the press until the next heading is there and has the focus.
STEP = """name => new Promise(done => {
  document.body.dataset.shownAt = "-Infinity";
  const began = performance.now(), asked = document.querySelector("h1");
  const look = () => {
    const now = document.querySelector("h1");
    if (now !== asked && document.activeElement === now) return done(performance.now() - began);
    requestAnimationFrame(look);
  };
  document.querySelector(`[name=answer][value="${name}"]`).click();
  look();
})"""
ANSWERS = (
    "none",
    "little",
    "no",
    "none",
    "none",
    "none",
    "no",
    "none",
    "2",
)  # the weekly check-in, up to its last question
ROUNDS = 3


async def p75(house: House, slow: bool) -> float:
    """The 75th percentile in milliseconds."""
    taken: list[float] = []
    async with chromium() as browser, house.cleared() as site:
        for _ in range(ROUNDS):
            check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als")
            rosa = await phone_of(browser, site, site.cast.rosa)
            await rosa.goto(f"/check-ins/{check_in.id}", wait_until="networkidle")
            if slow:
                await _slow_down(rosa)
            for name in ANSWERS:
                taken.append(await rosa.evaluate(STEP, name))
                await rosa.wait_for_timeout(100)
            await rosa.context.close()
    return quantiles(taken, n=4)[2]


async def _slow_down(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", LINE)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
