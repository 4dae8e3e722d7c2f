"""On a slow or dropped connection the last answer wins, and the bundle stays."""

import asyncio
from datetime import timedelta

from playwright.async_api import Browser, Route

from server.responses.models import Draft
from tests.browser.interception import intercept
from tests.browser.people import nothing_waits, phone_of, press, sees
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.journeys.offline_bundle import it_is_kept_offline
from tests.stories import rows

RECEIVED = "The clinic has received this answer."


async def test_an_answer_changed_before_it_arrived_counts_as_changed(chromium: Browser, site: RunningSite) -> None:
    """On a slow connection Rosa presses “No”, then “Yes”. Once the first request has timed out, the second is sent."""
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await it_is_kept_offline(rosa)
    await rosa.goto(f"/check-ins/{check_in.id}/q/fall?who=self")
    first: list[Route] = []

    async def slow(route: Route) -> None:
        if not first:
            return first.append(route)  # never answered
        await asyncio.sleep(3)
        await route.continue_()

    await intercept(rosa, "**/q/fall", slow)
    await press(rosa, "No")
    await rosa.wait_for_timeout(2500)
    await rosa.get_by_role("button", name="Yes", exact=True).click()
    await sees(rosa, "You had a fall", RECEIVED)
    assert [draft.value for draft in await rows(site.database, Draft, Draft.link_id == "fall")] == ["true"]
    await nothing_waits(rosa)


async def test_the_bundle_survives_a_form_that_found_no_network(chromium: Browser, site: RunningSite) -> None:
    """The page that reports the missing network belongs to nobody and deletes nothing."""
    visit = await site.book_visit(timedelta(days=3))
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await it_is_kept_offline(rosa)
    await rosa.goto(f"/visits/{visit.id}")
    await rosa.context.set_offline(True)
    await press(rosa, "I'll be there")
    await sees(rosa, "What you just tapped or typed may not have been sent.")
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "1 of 3")
