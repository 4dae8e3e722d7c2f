"""A check-in sent twice at once is one response, and answers that arrive late are put in order (cases 41, 42)."""

import asyncio

from playwright.async_api import Browser, expect

from server.responses.models import Draft
from tests.browser.people import LISTENING, answer, answer_all, nothing_waits, phone_of, press, sees
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import given_it_is_kept_offline, it_is_kept_offline
from tests.journeys.unsent import (
    given_all_is_answered_on_a_phone,
    when_it_is_sent_without_a_network,
)
from tests.stories import rows

FLUSH = "Outbox.flush().then(() => null)"


async def test_case_41_two_tabs_and_the_worker_send_at_once_and_it_is_one_response(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)
    await when_it_is_sent_without_a_network(rosa)
    other = await rosa.context.new_page()
    await other.goto("/")
    await rosa.context.set_offline(False)
    wake = "navigator.serviceWorker.ready.then(worker => worker.sync.register('outbox'))"
    await asyncio.gather(
        rosa.evaluate(wake), rosa.evaluate(FLUSH), other.evaluate(FLUSH), return_exceptions=True
    )  # a page that learns of it moves on to another
    await site.wait_for_response(check_in)
    await nothing_waits(other)
    assert await site.responses_to(check_in) == 1


async def test_case_41_tapping_send_twice_is_one_response(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)
    await rosa.evaluate(LISTENING)
    await rosa.get_by_role("button", name="Send to clinic").dblclick()
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
    assert await site.responses_to(check_in) == 1


async def test_case_42_the_latest_answer_counts_whichever_phone_is_online_first(
    chromium: Browser, site: RunningSite
) -> None:
    first, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    last = await phone_of(chromium, site, site.cast.rosa)
    await last.goto("/")
    await it_is_kept_offline(last)
    for phone, pain in ((first, "2"), (last, "9")):
        await phone.context.set_offline(True)
        await phone.goto("/")
        await answer_all(phone, "Start", pain)

    async def drafts() -> str:
        return "".join(draft.value for draft in await rows(site.database, Draft, Draft.link_id == "pain"))

    for phone in (last, first):
        await phone.context.set_offline(False)
        await phone.evaluate("Outbox.flushAndNotify()")
        await nothing_waits(phone)
        assert await drafts() == "9"
    third = await phone_of(chromium, site, site.cast.rosa)
    await third.goto(f"/check-ins/{check_in.id}")
    await expect(third.locator("h1")).to_have_text("How is your mood today?")
    await answer(third, "Good")
    await answer(third, "No trouble")
    await sees(third, "9 of 10")
    await press(third, "Send to clinic")
    await site.wait_for_response(check_in)
