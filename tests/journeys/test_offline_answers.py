"""Rosa answers a question while the network is missing or fails (cases 71, 72).

What to do now appears at once, nothing is lost, and no page claims that the clinic knows what it does not know.
"""

import asyncio
import json
import re

from playwright.async_api import Browser, Page, Route, expect

from server.checkins.models import CheckIn
from server.flags.models import Flag
from server.responses.models import Draft
from tests.browser.eventually import eventually
from tests.browser.interception import intercept, refuse
from tests.browser.people import answer, answer_all, desk_of, go, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.stories import rows

ANSWERS = "**/check-ins/*/q/*"
NOT_YET = "The clinic has not received this answer yet."
RECEIVED = "The clinic has received this answer."
KEPT = "Your answer is safe on this phone."
MISTAKE = "That was a mistake"
# The page hears that the outbox has taken its next entry only once the test calls `seal`.
SEAL_LATER = """() => {
  const add = Outbox.add;
  Outbox.add = (...entry) => {
    Outbox.add = add;
    const added = add(...entry);
    return new Promise(done => { window.seal = () => done(added); });
  };
}"""


async def test_case_71_what_to_do_now_appears_before_any_request(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def delay(route: Route) -> None:
        asked.set()
        await go_on.wait()
        await route.continue_()

    await intercept(rosa, ANSWERS, delay)
    await press(rosa, "Yes")
    await asked.wait()
    await then_she_reads_what_to_do_now(rosa)
    await sees(rosa, NOT_YET)
    await sees_not(rosa, RECEIVED, "Continue the check-in")

    # The server's page replaces this one, and the phone numbers stay in their place.
    await rosa.evaluate("document.querySelector('a[href^=tel]').id = 'the-same'")
    go_on.set()
    await sees(rosa, RECEIVED, "Continue the check-in")
    await expect(rosa.locator("#the-same")).to_be_visible()
    await answer(rosa, "Continue the check-in")
    await expect(rosa.locator("h1")).to_have_text("How is speaking?")


async def test_case_71_a_hanging_request_does_not_delay_what_to_do_now(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    hanging: list[Route] = []

    async def hang_once(route: Route) -> None:
        if hanging:
            await route.continue_()
        else:
            hanging.append(route)

    await intercept(rosa, ANSWERS, hang_once)
    await press(rosa, "No")
    await rosa.get_by_role("button", name="Yes", exact=True).click()
    await then_she_reads_what_to_do_now(rosa)
    await sees(rosa, RECEIVED)
    assert await flags(site) == ["choking"]


async def test_case_72_an_urgent_answer_given_offline_is_sealed_and_reaches_the_clinic_later(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await at_the_choking_question(chromium, site)
    maria = await desk_of(chromium, site, site.cast.maria)

    await rosa.context.set_offline(True)
    await press(rosa, "Yes")
    await then_she_reads_what_to_do_now(rosa)
    await sees(rosa, NOT_YET, "It's safe on this phone.")
    await then_what_lies_on_the_phone_is_sealed(rosa)
    assert await flags(site) == []

    await rosa.context.set_offline(False)
    await sees(rosa, RECEIVED)
    await sees_not(rosa, NOT_YET)
    assert await flags(site) == ["choking"]
    await maria.reload()
    await sees(maria, "Rosa Delgado", "Choking: yes")
    await answer(rosa, "Continue the check-in")
    await expect(rosa.locator("h1")).to_have_text("How is speaking?")
    assert await site.responses_to(check_in) == 0


async def test_case_72_the_app_is_closed_before_the_network_returns(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    await rosa.context.set_offline(True)
    await press(rosa, "Yes")
    await sees(rosa, "It's safe on this phone.")
    reopened = await rosa.context.new_page()
    await rosa.close()
    await rosa.context.set_offline(False)

    await reopened.goto("/")
    await nothing_waits(reopened)
    assert await flags(site) == ["choking"]


async def test_case_71_a_busy_server_loses_no_answer(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    await intercept(rosa, "**/check-ins/**", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    await press(rosa, "Yes")
    await sees(rosa, NOT_YET, "It's safe on this phone.")
    await then_she_reads_what_to_do_now(rosa)


async def test_a_corrected_urgent_answer_is_on_record_even_if_it_had_not_arrived(
    chromium: Browser, site: RunningSite
) -> None:
    """The request with the urgent answer hangs. Rosa corrects it at once."""
    rosa = await given_an_urgent_answer_hangs(chromium, site)
    await when_she_takes_it_back(rosa)
    await answer(rosa, "No trouble")
    await sees(rosa, "How is chewing and swallowing?")
    await then_the_urgent_answer_and_its_correction_are_on_record(rosa, site)


async def test_an_urgent_answer_corrected_while_the_phone_seals_it_leads_back_to_its_question(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await given_an_urgent_answer_hangs(chromium, site)
    await rosa.evaluate(SEAL_LATER)
    await rosa.wait_for_function("() => window.seal")  # the phone gives up waiting for the network
    await when_she_takes_it_back(rosa)
    await sees(rosa, "How is your breathing?")
    await rosa.evaluate("window.seal()")
    await answer(rosa, "No trouble")
    await sees(rosa, "How is chewing and swallowing?")
    await then_the_urgent_answer_and_its_correction_are_on_record(rosa, site)


async def given_an_urgent_answer_hangs(chromium: Browser, site: RunningSite) -> Page:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto(f"/check-ins/{check_in.id}/q/breathing?who=self")
    hanging: list[Route] = []

    async def hang_once(route: Route) -> None:
        if hanging:
            await route.continue_()
        else:
            hanging.append(route)

    await intercept(rosa, "**/q/breathing", hang_once)
    await press(rosa, "Very hard")
    await sees(rosa, "Is it very hard to breathe right now?")
    return rosa


async def when_she_takes_it_back(rosa: Page) -> None:
    """Presses while the request hangs: `press` would wait for its end."""
    await rosa.evaluate("() => { document.body.dataset.shownAt = '-Infinity'; }")
    await rosa.get_by_role("link", name=MISTAKE).click()


async def then_the_urgent_answer_and_its_correction_are_on_record(rosa: Page, site: RunningSite) -> None:
    await eventually(lambda: flagged(site), "the urgent answer to reach the clinic")
    await nothing_waits(rosa)  # the phone may have continued without the network
    assert [draft.value for draft in await rows(site.database, Draft, Draft.link_id == "breathing")] == ['"none"']


async def flagged(site: RunningSite) -> bool:
    return [flag.severity for flag in await rows(site.database, Flag)] == ["urgent"]


async def test_a_mistake_can_be_corrected_offline_too(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    await rosa.context.set_offline(True)
    await press(rosa, "Yes")
    await sees(rosa, "It's safe on this phone.")
    await answer(rosa, "That was a mistake")
    await expect(rosa.locator("h1")).to_be_focused()
    await answer(rosa, "No")
    await expect(rosa.locator("h1")).to_have_text("How is speaking?")

    # Both answers stay on record, in the order in which they were given (case 42).
    await rosa.context.set_offline(False)
    await nothing_waits(rosa)
    assert await flags(site) == ["choking"]
    await go(rosa, "/")
    await press(rosa, "Start")
    await sees(rosa, "4 of 10")


async def test_a_phone_without_a_bundle_keeps_the_answer_and_continues_later(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await refuse(rosa, "**/held*")
    await site.check_in_due_now(site.cast.rosa, "daily-three")
    await rosa.goto("/")
    await answer_all(rosa, "Start", "4")
    await rosa.context.set_offline(True)
    await press(rosa, "Good")
    await sees(rosa, "No connection right now.", KEPT)
    await expect(rosa.locator("button.said")).to_have_text("Good")

    await rosa.context.set_offline(False)
    await expect(rosa.locator("h1")).to_have_text("How is your breathing today?")
    await answer(rosa, "No trouble")
    await sees(rosa, "Good", "4 of 10")


async def test_case_49_an_answer_that_cannot_be_stored_is_not_called_safe(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await at_the_choking_question(chromium, site)
    await rosa.evaluate('() => { indexedDB.open = () => { throw new Error("no room"); }; }')
    await rosa.context.set_offline(True)
    await press(rosa, "Yes")
    await sees(rosa, "This phone couldn't save it.")
    await sees_not(rosa, "safe")
    await then_she_reads_what_to_do_now(rosa)


async def at_the_choking_question(chromium: Browser, site: RunningSite) -> tuple[Page, CheckIn]:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "No trouble", "A little trouble")
    await expect(rosa.locator("h1")).to_have_text("Did you choke on food or drink this week?")
    return rosa, check_in


async def then_she_reads_what_to_do_now(phone: Page) -> None:
    await expect(phone.locator("h1")).to_have_text("Are you able to breathe?")
    await expect(phone.locator("h1")).to_be_focused()
    calls = phone.locator("a[href^='tel:']")
    assert [await call.get_attribute("href") for call in await calls.all()] == ["tel:911", "tel:+12125550140"]
    await expect(calls.first).to_be_in_viewport()


async def then_what_lies_on_the_phone_is_sealed(phone: Page) -> None:
    kept = json.dumps(await phone.evaluate("Outbox.all()"))
    assert '"box"' in kept
    words = set(
        re.findall(r"[\w-]+", kept)
    )  # whole words, because a ciphertext in base64url may contain any three letters
    assert words.isdisjoint(("choking", "yes", "self"))


async def flags(site: RunningSite) -> list[str]:
    return [flag.item for flag in await rows(site.database, Flag)]
