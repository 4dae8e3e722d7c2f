"""Rosa signs out, or somebody else signs in, while her answers wait on the phone."""

from playwright.async_api import Browser

from tests.browser.interception import refuse
from tests.browser.people import join, lose_session, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.unsent import (
    NOT_YET,
    UPLOADS,
    given_all_is_answered_on_a_phone,
    given_all_is_answered_without_background_sync,
    then_nothing_waits_any_more,
    when_it_is_sent_and_waits,
)


async def test_case_44_the_phone_is_signed_out_remotely_while_answers_wait(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_on_a_phone(chromium, site)

    await lose_session(rosa)
    await press(rosa, "Send to clinic")
    await sees(rosa, "Saved on this phone. Please sign in again and we'll send it.")
    await join(rosa, site, site.cast.rosa)
    await rosa.goto("/")
    await site.wait_for_response(check_in)
    await then_nothing_waits_any_more(rosa)


async def test_case_46_another_person_neither_sees_nor_sends_nor_loses_waiting_answers(
    chromium: Browser, site: RunningSite
) -> None:
    phone, check_in = await given_all_is_answered_without_background_sync(chromium, site)
    await refuse(phone, UPLOADS)
    await press(phone, "Send to clinic")
    await sees(phone, NOT_YET)
    await phone.unroute_all(behavior="wait")

    await lose_session(phone)
    await join(phone, site, site.cast.walter)
    await phone.goto("/")
    await phone.evaluate("Outbox.flush()")
    await sees_not(phone, "wait")
    assert await site.responses_to(check_in) == 0

    await lose_session(phone)
    await join(phone, site, site.cast.rosa)
    await phone.goto("/")
    await site.wait_for_response(check_in)
    await then_nothing_waits_any_more(phone)


async def test_case_45_signing_out_warns_of_waiting_answers_and_keeps_them(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_all_is_answered_without_background_sync(chromium, site)
    await rosa.goto("/sign-out")
    await sees_not(rosa, "Not everything was sent")
    await rosa.go_back()
    await when_it_is_sent_and_waits(rosa)

    await rosa.goto("/sign-out")
    await sees(
        rosa,
        "Not everything was sent",
        "1 check-in is still waiting on this phone. The clinic has not received it yet.",
    )
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await rosa.unroute_all(behavior="wait")
    await join(rosa, site, site.cast.walter)
    await rosa.goto("/sign-out")
    await rosa.evaluate("Outbox.flush()")
    await sees_not(rosa, "Not everything was sent")
    assert await site.responses_to(check_in) == 0

    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await join(rosa, site, site.cast.rosa)
    await rosa.goto("/")
    await site.wait_for_response(check_in)
    await then_nothing_waits_any_more(rosa)
