"""A whole check-in offline, from Home or a notification (cases 39 to 51).

The phone continues by itself with the server's own pages, and the clinic receives the check-in once.
"""

import asyncio

from playwright.async_api import Browser, expect

from server.flags.models import Flag
from server.responses import history
from server.responses.models import Response
from tests.browser.eventually import eventually
from tests.browser.interception import intercept
from tests.browser.people import answer, answer_all, go, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.browser.scripts import module
from tests.journeys.offline_bundle import SAVED, answers_to, given_it_is_kept_offline, it_is_kept_offline
from tests.stories import rows


async def test_a_check_in_answered_and_sent_offline_arrives_once(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees(rosa, "You're offline", "Your check‑in is ready")
    await answer_all(rosa, "Start", "4", "Good", "No trouble")
    await sees(rosa, "Check and send", "4 of 10", "Good", "No trouble")
    await answer(rosa, "Send to clinic")
    await sees(rosa, SAVED, "The clinic has not received it yet.")
    assert await site.responses_to(check_in) == 0

    # Home no longer offers the check-in, and nobody can read the answers on the phone.
    await press(rosa, "Home")
    await sees(rosa, "You're offline", "1 check-in is waiting on this phone.")
    await sees_not(rosa, "is ready")
    await rosa.context.set_offline(False)
    await expect(rosa.locator("h1")).to_have_text("All done for now")
    await nothing_waits(rosa)
    assert await answers_to(site, check_in) == {"pain": 4, "mood": "none", "breathing": "none"}
    assert len(await rows(site.database, Response)) == 1


async def test_the_app_is_killed_half_way_and_continues_where_it_was(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "4")
    again = await rosa.context.new_page()
    await rosa.close()
    await again.goto(f"/check-ins/{check_in.id}")
    await sees(again, "2 of 3", "How is your mood today?")
    await again.reload()
    await answer_all(again, "Good", "No trouble")
    await again.context.set_offline(False)
    await press(again, "Send to clinic")
    await expect(again.locator("h1")).to_have_text("The clinic has received it")
    assert (await answers_to(site, check_in))["pain"] == 4


async def test_the_app_closes_at_the_moment_of_a_press_and_nothing_is_lost(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await answer(rosa, "Start")
    await intercept(rosa, "**/q/*", lambda route: asyncio.sleep(0))
    await press(rosa, "4")
    lost = f"{module('offline-draft.js')}.then(draft => draft.lostAnswers('{check_in.id}', 'self'))"
    await eventually(lambda: rosa.evaluate(f"{lost}.then(all => all.length)"), "a note")
    again = await rosa.context.new_page()
    await rosa.close()
    await again.goto(f"/check-ins/{check_in.id}")
    await expect(again.locator("h1")).to_have_text("How is your mood today?")
    await answer_all(again, "Good", "No trouble")
    await press(again, "Send to clinic")
    assert (await answers_to(site, check_in))["pain"] == 4


async def test_a_check_in_begun_online_continues_offline_and_online_again(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await answer_all(rosa, "Start", "4")
    await rosa.context.set_offline(True)
    await answer(rosa, "Good")
    await sees(rosa, "3 of 3", "Your answers are safe on this phone.")
    await answer(rosa, "Back")
    await expect(rosa.locator("button.said")).to_have_text("Good")
    await answer(rosa, "Low")

    # A day later, online: the server knows by then what was answered offline.
    await rosa.context.set_offline(False)
    await go(rosa, f"/check-ins/{check_in.id}")
    await expect(rosa.locator("h1")).to_have_text("How is your breathing today?")
    await answer(rosa, "No trouble")
    await sees(rosa, "Low", "4 of 10")


async def test_conditional_questions_are_asked_offline_too(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "day-after")
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}/q/mood?who=self")
    await answer(rosa, "Good")
    await sees_not(rosa, "hurt")
    await rosa.goto(f"/check-ins/{check_in.id}/q/mood?who=self")
    await answer_all(rosa, "Low", "Yes")
    await sees(rosa, "You are not alone.", "The clinic has not received this answer yet.")
    await answer(rosa, "Continue the check-in")
    await rosa.context.set_offline(False)
    await rosa.evaluate("Outbox.flushAndNotify()")
    await nothing_waits(rosa)
    assert [flag.item for flag in await rows(site.database, Flag)] == ["self-harm"]


async def test_same_as_last_time_works_offline(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "weekly-als", LAST_WEEK, whole=True)
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "Some things changed")
    await sees(rosa, "Same: A little trouble")
    await press(rosa, "Show more")
    await press(rosa, "Mood Same: Good")
    await answer(rosa, "Mostly good")
    await sees(rosa, "What has changed?")
    await answer(rosa, "Nothing else changed")
    await sees(rosa, "Mostly good", "as last time")
    await press(rosa, "Send to clinic")
    await sees(rosa, SAVED)
    await rosa.context.set_offline(False)
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response, Response.check_in_id == check_in.id)
    assert history.answers_of(response)["mood"] == "little"
    assert set(response.copied) == LAST_WEEK.keys() - {"mood"}


async def test_a_caregiver_chooses_the_respondent_offline(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    luis = await phone_of(chromium, site, site.cast.luis)
    await luis.goto("/")
    await it_is_kept_offline(luis)
    await luis.context.set_offline(True)
    await luis.goto("/")
    await answer_all(luis, "Start", "What I see (the helper's view)", "4", "No trouble")
    await sees_not(luis, "Mood")
    await press(luis, "Send to clinic")
    await sees(luis, SAVED)
    await luis.context.set_offline(False)
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response)
    assert (response.respondent, response.caregiver_id) == ("helper", site.cast.luis.id)


async def test_a_hanging_network_counts_as_offline(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "daily-three")
    await answer(rosa, "Start")
    await intercept(rosa, "**/q/*", lambda route: asyncio.sleep(0))
    await answer(rosa, "4")
    await sees(rosa, "2 of 3")
    assert await rosa.evaluate(f"{module('offline-checkin.js')}.then(checkIn => checkIn.continuesOffline)")


async def test_the_help_page_shows_its_numbers_offline(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer(rosa, "Help")
    await expect(rosa.locator("a[href='tel:911']")).to_be_visible()
