"""Every question is skipped: the phone asks before it sends that, and staff read what it is (case 144)."""

import pytest
from playwright.async_api import Browser, expect

from server.responses.models import Response
from tests.browser.people import answer, answer_all, desk_of, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import given_it_is_kept_offline
from tests.stories import rows

ASKED = "Send without answers?"


@pytest.mark.parametrize("has_network", [True, False], ids=["online", "offline"])
async def test_case_144_the_phone_asks_before_it_sends_no_answers(
    chromium: Browser, site: RunningSite, has_network: bool
) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(not has_network)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "1 of 3")
    await answer_all(rosa, "Skip", "Skip", "Skip")
    await press(rosa, "Send to clinic")
    await expect(rosa.locator("h1")).to_have_text(ASKED)
    await expect(rosa.locator("h1")).to_be_focused()
    await answer(rosa, "Back to the questions")
    await press(rosa, "Send to clinic")
    await press(rosa, "Yes, send it")
    await sees(rosa, "The clinic has received it" if has_network else "Saved on this phone")
    await rosa.context.set_offline(False)
    await nothing_waits(rosa)
    [response] = await rows(site.database, Response, Response.check_in_id == check_in.id)
    assert response.all_skipped
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto("/staff?show=new")
    await sees(maria, "Rosa Delgado", "all skipped")
    await sees_not(maria, "completed")


async def test_case_144_one_answer_is_sent_without_a_question(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.goto(f"/check-ins/{check_in.id}")
    await answer_all(rosa, "Skip", "Skip", "No trouble")
    await press(rosa, "Send to clinic")
    await sees(rosa, "The clinic has received it")


async def test_case_144_without_javascript_it_is_asked_too(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    rosa = await phone_of(chromium, site, site.cast.rosa, java_script_enabled=False)
    await rosa.goto(f"/check-ins/{check_in.id}")
    for _ in range(3):
        await rosa.get_by_role("button", name="Skip").click()
    await rosa.get_by_role("button", name="Send to clinic").click()
    await sees(rosa, ASKED)
    await rosa.get_by_role("button", name="Yes, send it").click()
    await sees(rosa, "The clinic has received it")
