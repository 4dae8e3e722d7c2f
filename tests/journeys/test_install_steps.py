"""A tablet that says that it is a computer gets the steps of a tablet, and its name (case 94)."""

import pytest
from playwright.async_api import Browser, ViewportSize

from server.access.models import Device
from tests.browser.chromium import new_page
from tests.browser.people import join, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.stories import rows

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
TABLET: ViewportSize = {"width": 820, "height": 1180}


@pytest.mark.parametrize(
    ("agent", "step", "name"),
    [(MAC, "top right of the screen", "iPad"), (LINUX, "Add Interlude to your tablet", "Android tablet")],
    ids=["iPad", "Android tablet"],
)
async def test_case_94_a_tablet_that_says_that_it_is_a_computer_gets_its_own_steps(
    chromium: Browser, site: RunningSite, agent: str, step: str, name: str
) -> None:
    tablet = await new_page(chromium, base_url=site.base_url, size=TABLET, user_agent=agent, has_touch=True)
    await tablet.goto("/install")
    await sees(tablet, step, "Step 1 of")
    await sees_not(tablet, "Best on a phone")
    await join(tablet, site, site.cast.rosa)
    assert [device.name for device in await rows(site.database, Device)] == [name]


async def test_case_94_a_computer_with_a_mouse_is_none(chromium: Browser, site: RunningSite) -> None:
    computer = await new_page(chromium, base_url=site.base_url, size=TABLET, user_agent=MAC)
    await computer.goto("/install")
    await sees(computer, "Best on a phone or tablet", "Already on it?")
