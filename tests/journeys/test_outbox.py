"""Rosa sends a check-in without a network: the page says so, and the clinic receives it exactly once."""

import asyncio
from datetime import timedelta

from playwright.async_api import Browser, Route, expect

from tests.browser.chromium import service_worker_is_active
from tests.browser.interception import intercept, refuse
from tests.browser.people import go, phone_of, press, sees, sees_not, without_background_sync
from tests.browser.running_site import RunningSite
from tests.journeys.unsent import (
    NOT_YET,
    UPLOADS,
    given_all_is_answered_on_a_phone,
    given_all_is_answered_without_background_sync,
    then_nothing_waits_any_more,
    then_what_lies_on_the_phone_is_sealed,
    when_an_app_of_next_year_opens_the_queue,
    when_it_is_sent_and_waits,
    when_it_is_sent_without_a_network,
)

HOME_COUNTS = "1 check-in is waiting on this phone. The clinic has not received it yet."


async def test_case_47_a_check_in_sent_offline_waits_on_the_phone_and_arrives_once(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_without_background_sync(chromium, site)

    await when_it_is_sent_without_a_network(rosa)
    await then_what_lies_on_the_phone_is_sealed(rosa)
    await rosa.goto("/")
    await sees(rosa, "You're offline", "Check-in answers are safe on this phone.")
    assert await site.responses_to(check_in) == 0

    # Online again, but the upload still fails. Home opens and says what waits.
    await refuse(rosa, UPLOADS)
    await rosa.context.set_offline(False)
    await go(rosa, "/")
    await sees(rosa, HOME_COUNTS)
    await sees_not(rosa, "is ready")
    assert await site.responses_to(check_in) == 0

    # Two tabs open at once, and both send what waits (case 41).
    await rosa.unroute_all(behavior="wait")
    other = await rosa.context.new_page()
    await asyncio.gather(rosa.goto("/"), other.goto("/"))
    await site.wait_for_response(check_in)
    await then_nothing_waits_any_more(rosa)
    assert await site.responses_to(check_in) == 1


async def test_a_waiting_check_in_is_sent_by_itself_when_the_network_returns(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_without_background_sync(chromium, site)

    await when_it_is_sent_without_a_network(rosa)
    await rosa.context.set_offline(False)
    await site.wait_for_response(check_in)
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
    assert await site.responses_to(check_in) == 1


async def test_case_39_the_receipt_is_lost_after_the_clinic_has_it(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)

    async def lose_the_receipt(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await intercept(rosa, UPLOADS, lose_the_receipt)
    await press(rosa, "Send to clinic")
    await sees(rosa, NOT_YET)
    assert await site.responses_to(check_in) == 1

    await rosa.unroute_all(behavior="wait")
    await rosa.goto("/")
    await then_nothing_waits_any_more(rosa)
    assert await site.responses_to(check_in) == 1


async def test_case_47_the_app_is_closed_in_mid_send(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)
    begun = asyncio.Event()

    async def hang(_route: Route) -> None:
        begun.set()

    await intercept(rosa, UPLOADS, hang)
    await press(rosa, "Send to clinic")
    async with asyncio.timeout(10):
        await begun.wait()
    reopened = await rosa.context.new_page()
    await rosa.close()

    await reopened.goto("/")
    await site.wait_for_response(check_in)
    await then_nothing_waits_any_more(reopened)
    assert await site.responses_to(check_in) == 1


async def test_case_48_a_newer_page_raises_the_database_version_while_an_old_tab_is_open_and_nothing_is_lost(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_without_background_sync(chromium, site)
    await when_it_is_sent_without_a_network(rosa)
    await when_an_app_of_next_year_opens_the_queue(rosa)
    kept = await rosa.evaluate("Outbox.all().then(entries => entries.map(entry => entry.state))")
    assert kept == ["waiting"]
    await rosa.context.set_offline(False)
    await go(rosa, "/")
    await site.wait_for_response(check_in)
    await go(rosa, "/")  # the page that waited may have opened Sent meanwhile
    await then_nothing_waits_any_more(rosa)


async def test_a_waiting_check_in_is_not_offered_again_and_the_next_one_is(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await given_all_is_answered_without_background_sync(chromium, site)
    await site.check_in_due_now(site.cast.rosa, "weekly-als")
    await rosa.goto("/")
    await sees(rosa, "1 more after this.")
    await when_it_is_sent_and_waits(rosa)

    await rosa.goto("/")
    await sees(rosa, HOME_COUNTS, "is ready", "Weekly check-in")
    await sees_not(rosa, "Three quick questions", "more after this")

    # Once it is sent, Home shows what the server says.
    await rosa.unroute_all(behavior="wait")
    await rosa.evaluate("Outbox.flushAndNotify()")
    await sees_not(rosa, "waiting on this phone")
    await sees(rosa, "Weekly check-in")


async def test_case_49_a_check_in_that_can_be_neither_stored_nor_sent_is_not_called_sent(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)
    await rosa.evaluate("() => { indexedDB.open = () => { throw new Error('no room'); }; }")
    await rosa.context.set_offline(True)
    await press(rosa, "Send to clinic")
    await sees(rosa, "The clinic has not received it, and this phone couldn't save it.")
    await sees_not(rosa, "Saved on this phone")

    # The plain form, once there is a network again.
    await rosa.context.set_offline(False)
    await press(rosa, "Send to clinic")
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
    assert await site.responses_to(check_in) == 1


async def test_a_form_without_a_network_is_reported_as_unsent(chromium: Browser, site: RunningSite) -> None:
    visit = await site.book_visit(timedelta(days=3))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await without_background_sync(rosa)
    await rosa.goto(f"/visits/{visit.id}")
    await service_worker_is_active(rosa)
    await rosa.context.set_offline(True)
    async with rosa.expect_response("**/answer") as answering:
        await press(rosa, "I'll be there")
    assert (await answering.value).status == 503
    await sees(rosa, "You're offline", "What you just tapped or typed may not have been sent.")
    await sees_not(rosa, "safe")
