"""Patients and staff in WebKit, the engine of every browser on an iPhone.

The walks run over http on localhost and over https. Each button in them posts with cookies (case 161).
"""

import pytest

from server.checkins.models import CheckIn
from tests.browser.running_site import LAST_WEEK, RunningSite

from .front import Front
from .people import answer_all, join, press, sees, sign_in, until
from .webdriver import Page

# After breathing, swallowing and choking.
REST = ("Same as ever", "No trouble", "No trouble", "No", "None", "1", "Good")
LEAVE = "Leave, and sign out all phones"
BUNDLE = "return OfflineBundle.current().then(held => Boolean(held?.forms.length))"
CLEARED = "return indexedDB.databases().then(all => all.every(({name}) => name !== 'interlude-held'))"
BELOW = """const panel = document.querySelector("dialog[open]"), button = panel?.querySelector("button");
return button && [panel.getBoundingClientRect().bottom - button.getBoundingClientRect().bottom];"""


async def test_a_patient_answers_signs_out_and_joins_again(phone: Page, desk: Page, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    await join(phone, site, site.cast.rosa)
    assert await phone.run("return [innerWidth, document.documentElement.scrollWidth]") == [390, 390]

    await phone.go("/")
    await answer_all(phone, "Start", "No trouble", "A little trouble", "Yes")
    await sees(phone, "If you can't breathe or talk now, call for help at once.", "911")
    await answer_all(phone, "Continue the check-in", *REST)
    await sees(phone, "Check and send")
    await answer_all(phone, "Send to clinic")
    await sees(phone, "How urgent is this for you?")
    await press(phone, "Contact me today")
    await sees(phone, "The clinic has received it", "Your clinic")
    assert await site.responses_to(check_in) == 1

    await sign_in(desk, site, site.cast.maria)
    await sees(desk, "Rosa Delgado", "Choking: yes")
    await press(desk, "Assign to me Rosa Delgado, Choking")
    await sees(desk, "Maria Alvarez")
    await phone.run("location.reload()")
    await sees(phone, "Maria Alvarez will contact you")

    await phone.go("/settings/look")
    await press(phone, "Very large")
    await until(phone, "return document.documentElement.dataset.size === '200'")
    await phone.go("/settings")
    await press(phone, "Sign out")
    await sees(phone, "Sign out of this phone?")
    await press(phone, "Sign out")
    await sees(phone, "Join your clinic")
    await join(phone, site, site.cast.rosa)
    await phone.go("/settings")
    await sees(phone, "Sign out")


@pytest.mark.parametrize(("door", "pressed"), [("/sign-out", "Sign out"), ("/settings/leave", LEAVE)])
async def test_case_162_signing_out_with_a_service_worker_ends_the_session_and_clears_the_phone(
    phone: Page, site: RunningSite, door: str, pressed: str
) -> None:
    await given_a_check_in_is_kept_offline(phone, site)
    await phone.go(door)
    await press(phone, pressed)
    await sees(phone, "Join your clinic")
    await until(phone, CLEARED)


async def test_a_phone_without_a_network_continues_by_itself(phone: Page, site: RunningSite, proxy: Front) -> None:
    check_in = await given_a_check_in_is_kept_offline(phone, site)
    await proxy.cut()
    await phone.go("/")
    await sees(phone, "You're offline", "Your check-in is ready")
    await answer_all(phone, "Start", "4", "Good", "No trouble", "Send to clinic")
    await sees(phone, "Saved on this phone", "The clinic has not received it yet.")
    await phone.go("/settings")
    await sees(phone, "You're offline")
    await proxy.open()
    await phone.go("/")
    await site.wait_for_response(check_in)


async def test_case_163_the_panel_of_keys_is_as_tall_as_its_content(desk: Page, site: RunningSite) -> None:
    await sign_in(desk, site, site.cast.maria)
    await press(desk, "Keyboard")
    [below] = await until(desk, BELOW)
    assert below < 40
    await press(desk, "Close")
    await press(desk, "Sign out")
    await sees(desk, "Password")


async def given_a_check_in_is_kept_offline(phone: Page, site: RunningSite) -> CheckIn:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    await join(phone, site, site.cast.rosa)
    await phone.go("/")
    await until(phone, BUNDLE)
    return check_in
