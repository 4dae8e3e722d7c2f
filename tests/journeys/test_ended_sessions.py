"""What waits on a phone for two patients when a session ends: it goes, or it is said (cases 97, 98)."""

import json

from playwright.async_api import Browser, Page, expect

from server.checkins.models import CheckIn
from tests.browser.chromium import deliver_push
from tests.browser.eventually import eventually
from tests.browser.people import answer_all, evaluate, go, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import BUNDLE
from tests.journeys.phone_for_two import given_a_phone_for_two, given_an_answer_about_walter_waits, is_kept


async def has_draft(phone: Page, check_in: CheckIn) -> bool:
    return bool(await evaluate(phone, f"OfflineBundle.draft('{check_in.id}', 'helper')"))


async def test_case_97_what_an_ended_session_left_on_the_phone_goes_with_it(
    chromium: Browser, site: RunningSite
) -> None:
    """Rosa is shown. Her clinic signs the phone out for her, then for Walter; pushes are all that comes then."""
    phone = await given_a_phone_for_two(chromium, site)
    rosas = await site.check_in_due_now(site.cast.rosa, "daily-three")
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await eventually(lambda: is_kept(phone, rosas, walters), "both check-ins to be kept")
    await answer_all(phone, "Start", "What I see (the helper's view)", "4")
    await eventually(lambda: has_draft(phone, rosas), "the draft to be kept")

    await site.sign_out_everywhere(site.cast.rosa)
    await phone.goto("/")
    await sees(phone, "Your clinic signed this phone out")
    await eventually(lambda: is_kept(phone, walters), "Rosa's check-in to go")
    assert not await has_draft(phone, rosas)

    await phone.get_by_role("button", name="Walter Brandt").click()
    await sees(phone, "Walter Brandt's check‑in is ready")
    await site.sign_out_everywhere(site.cast.walter)
    notification = {"title": "Interlude", "body": "A visit", "tag": "one", "data": {"url": "/"}}
    await deliver_push(phone, json.dumps({"notification": notification}))
    await eventually(lambda: evaluate(phone, f"{BUNDLE}.then(held => held === null)"), "all to go")


async def test_case_98_where_every_session_has_ended_what_waits_of_each_patient_is_said(
    chromium: Browser, site: RunningSite
) -> None:
    """The phone showed Rosa; what waits is about Walter."""
    phone, _ = await given_an_answer_about_walter_waits(chromium, site)
    await phone.goto("/")
    await phone.get_by_role("button", name="Rosa Delgado").click()
    for patient in (site.cast.rosa, site.cast.walter):
        await site.sign_out_everywhere(patient)
    await phone.goto("/")
    await expect(phone.locator("h1")).to_have_text("You've been signed out here")
    await sees(phone, "1 check-in is still waiting on this phone")


async def test_case_97_signing_out_counts_only_what_waits_for_that_patient(
    chromium: Browser, site: RunningSite
) -> None:
    """What waits for the other one stays, and is sent."""
    phone, walters = await given_an_answer_about_walter_waits(chromium, site)
    await phone.goto("/sign-out")
    await sees(
        phone,
        "Not everything was sent",
        "1 check-in about Walter Brandt is still waiting on this phone. The clinic has not received it yet.",
    )
    await phone.goto("/")
    await sees(phone, "1 check-in is waiting on this phone")
    await phone.get_by_role("button", name="Rosa Delgado").click()
    await sees(phone, "1 check-in is waiting on this phone")
    await phone.goto("/sign-out")
    await phone.evaluate("Outbox.flushAndNotify()")
    await sees_not(phone, "Not everything was sent")
    await press(phone, "Sign out")
    await sees(phone, "This phone is signed out for Rosa Delgado")
    await phone.unroute_all(behavior="wait")
    await go(phone, "/")
    await site.wait_for_response(walters)
