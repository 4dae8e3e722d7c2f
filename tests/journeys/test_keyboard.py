"""The daily three by Tab and Enter alone: the focus is always visible, and the way is short."""

from dataclasses import dataclass

from playwright.async_api import Browser, Page, expect

from tests.browser.people import LISTENING, phone_of
from tests.browser.running_site import RunningSite

MOST_STOPS = 14  # Tab stops to the median answers, with Send
MOST_PRESSES = 4
FOCUS = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect(), style = getComputedStyle(focused);
  const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    name: focused.innerText.trim().split("\\n")[0],
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    inView: box.top >= 0 && box.bottom <= innerHeight && (focused === middle || focused.contains(middle)),
  };
}"""


@dataclass
class Keyboard:
    page: Page
    stops: int = 0
    presses: int = 0

    async def press(self, name: str) -> None:
        """Tab to the control with this name, checking that the focus is visible at each stop, and press Enter."""
        for _ in range(20):
            await self.page.keyboard.press("Tab")
            self.stops += 1
            if await self._look() == name:
                break
        else:
            raise AssertionError(f"20 stops and no {name!r}")
        await self.page.evaluate(LISTENING)
        await self.page.keyboard.press("Enter")
        self.presses += 1

    async def _look(self) -> str:
        focus = await self.page.evaluate(FOCUS)
        assert focus["ring"] >= 4, f"no ring of 4 px around {focus['name']!r}"
        assert focus["inView"], f"{focus['name']!r} has focus and is hidden"
        return str(focus["name"])


async def test_the_daily_three_work_by_tab_and_enter(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    keyboard = Keyboard(rosa)

    # As if from a tap on the notification.
    await rosa.goto(f"/check-ins/{check_in.id}")
    for question, median in (
        ("How bad is your pain today?", "5"),
        ("How is your mood today?", "So-so"),
        ("How is your breathing today?", "Some trouble"),
        ("Check and send", "Send to clinic"),
    ):
        await expect(rosa.locator("h1")).to_have_text(question)
        if keyboard.presses:
            await expect(rosa.locator("h1")).to_be_focused()
        await keyboard.press(median)
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")

    assert await site.responses_to(check_in) == 1
    assert keyboard.presses <= MOST_PRESSES
    assert keyboard.stops <= MOST_STOPS, f"{keyboard.stops} stops"
