"""The bounded part of the submissions. `make faults` sends a thousand."""

from playwright.async_api import Browser

from tests.browser.conftest import chromium as chromium
from tests.browser.conftest import house as house
from tests.browser.conftest import site as site
from tests.browser.running_site import RunningSite
from tests.faults.submissions import send_all


async def test_case_47_a_network_that_cuts_at_random_loses_nothing_and_stores_nothing_twice(
    chromium: Browser, site: RunningSite
) -> None:
    found = await send_all(chromium, site, 60, seed=3)
    assert found.cuts > 10
    assert not found.wrong, found.wrong
