"""A whole check-in without a network, from Home or from a notification: the phone goes on by itself, in the server's
own pages, and the clinic gets it once (cases 39 to 51)."""

import asyncio
import json
from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from server.checkins import past
from server.checkins.models import CheckIn, Response
from server.people.guards import PERSON_COOKIE
from server.reminders.models import Reminder
from server.review.models import Flag
from tests.browser.chromium import deliver_push
from tests.browser.eventually import eventually
from tests.browser.people import answer, answer_all, join, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.stories import rows

HELD = "Held.get('held')"
SAVED = "Saved on this phone"
UNREAD = """async () => {
  const {promise, resolve} = Promise.withResolvers();
  const request = indexedDB.open("interlude-held");
  request.onsuccess = () => resolve(request.result);
  const db = await promise, things = db.transaction("things").objectStore("things").getAll();
  await new Promise(done => things.onsuccess = done);
  db.close();
  return things.result.map(({box}) => new TextDecoder("latin1").decode(box)).join("");
}"""


async def test_from_home_to_send_without_a_network_and_it_arrives_once(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees(rosa, "You are offline", "Your check‑in is ready")
    await answer_all(rosa, "Start", "4", "Good", "No trouble")
    await sees(rosa, "Check and send", "4 of 10", "Good", "No trouble")
    await answer(rosa, "Send to clinic")
    await sees(rosa, SAVED, "The clinic has not received it yet.")
    assert await site.responses_to(check_in) == 0

    # Home no longer says that it is to do; nothing of it can be read on the phone.
    await press(rosa, "Home")
    await sees(rosa, "You are offline", "1 check-in waits on this phone.")
    await sees_not(rosa, "is ready")
    await rosa.context.set_offline(False)
    await expect(rosa.locator("h1")).to_have_text("All done for now")
    await nothing_waits(rosa)
    assert await answers_to(site, check_in) == {"pain": 4, "mood": "none", "breathing": "none"}
    assert len(await rows(site.database, Response)) == 1


async def test_the_app_is_killed_half_way_and_goes_on_where_it_was(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "daily-three")
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


async def test_the_app_is_closed_in_the_moment_of_a_press_and_nothing_is_lost(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "daily-three")
    await answer(rosa, "Start")
    await rosa.context.route("**/q/*", lambda route: asyncio.sleep(0))
    await press(rosa, "4")
    await eventually(lambda: rosa.evaluate(f"Walk.untold('{check_in.id}', 'self').then(all => all.length)"), "a note")
    again = await rosa.context.new_page()
    await rosa.close()
    await again.context.unroute("**/q/*")
    await again.goto(f"/check-ins/{check_in.id}")
    await expect(again.locator("h1")).to_have_text("How is your mood today?")
    await answer_all(again, "Good", "No trouble")
    await press(again, "Send to clinic")
    assert (await answers_to(site, check_in))["pain"] == 4


async def test_begun_on_the_server_it_goes_on_on_the_phone_and_back(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "daily-three")
    await answer_all(rosa, "Start", "4")
    await rosa.context.set_offline(True)
    await answer(rosa, "Good")
    await sees(rosa, "3 of 3", "Your answers are safe on this phone.")
    await answer(rosa, "Back")
    await expect(rosa.locator("button.said")).to_have_text("Good")
    await answer(rosa, "Low")

    # A day later, with a network: the server knows by then what was answered without.
    await rosa.context.set_offline(False)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await expect(rosa.locator("h1")).to_have_text("How is your breathing today?")
    await answer(rosa, "No trouble")
    await sees(rosa, "Low", "4 of 10")


async def test_what_depends_on_an_answer_is_asked_without_a_network_too(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "day-after")
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}/q/mood?who=self")
    await answer(rosa, "Good")
    await sees_not(rosa, "hurt")
    await rosa.goto(f"/check-ins/{check_in.id}/q/mood?who=self")
    await answer_all(rosa, "Low", "Yes")
    await sees(rosa, "You are not alone.", "The clinic has not received this answer yet.")
    await answer(rosa, "Go on with the check-in")
    await rosa.context.set_offline(False)
    await rosa.evaluate("Outbox.flushAndTell()")
    await nothing_waits(rosa)
    assert [flag.item for flag in await rows(site.database, Flag)] == ["self-harm"]


async def test_the_same_as_last_time_is_said_without_a_network(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_held(chromium, site, "weekly-als", LAST_WEEK, whole=True)
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "Some things changed")
    await sees(rosa, "Same: A little trouble")
    await press(rosa, "Show more")
    await press(rosa, "Mood Same: Good")
    await answer(rosa, "Mostly good")
    await sees(rosa, "What has changed?")
    await answer(rosa, "That is all")
    await sees(rosa, "Mostly good", "as last time")
    await press(rosa, "Send to clinic")
    await sees(rosa, SAVED)
    await rosa.context.set_offline(False)
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response, Response.check_in_id == check_in.id)
    assert past.answers_of(response)["mood"] == "little"
    assert set(response.as_before) == LAST_WEEK.keys() - {"mood"}


async def test_a_helper_says_who_answers_without_a_network(chromium: Browser, site: RunningSite) -> None:
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    luis = await phone_of(chromium, site, site.cast.luis)
    await luis.goto("/")
    await it_is_held(luis)
    await luis.context.set_offline(True)
    await luis.goto("/")
    await answer_all(luis, "Start", "My own view", "4", "No trouble")
    await sees_not(luis, "Mood")
    await press(luis, "Send to clinic")
    await sees(luis, SAVED)
    await luis.context.set_offline(False)
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response)
    assert (response.respondent, response.caregiver_id) == ("helper", site.cast.luis.id)


async def test_a_pushed_check_in_is_fetched_when_the_push_arrives(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await rosa.goto("/settings")
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    said = {"title": "Interlude", "body": "You have a check-in ready", "tag": "one", "data": {"url": "/"}}
    await deliver_push(rosa, json.dumps({"notification": said}))
    await it_is_held(rosa)
    await rosa.context.set_offline(True)
    await rosa.goto(f"/check-ins/{check_in.id}")
    await sees(rosa, "1 of 3")


async def test_case_18_a_notification_is_closed_once_it_is_answered_elsewhere(
    chromium: Browser, site: RunningSite
) -> None:
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    standing = await when_it_stands(rosa, site, visit.id)
    await rosa.goto("/")
    assert await tags(rosa) == [standing]
    other = await phone_of(chromium, site, site.cast.rosa)
    await other.goto(f"/visits/{visit.id}")
    await press(other, "I'll be there")
    await sees(other, "Thank you.")
    await rosa.goto("/settings")

    async def look() -> bool:
        return await tags(rosa) == []

    await eventually(look, "the notification to be closed")


async def test_what_is_held_lies_under_a_key_and_goes_with_who_signs_out(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_held(chromium, site, "daily-three")
    await answer_all(rosa, "Start", "4")
    assert len(await rosa.evaluate(UNREAD)) > 1000
    assert "breathing" not in await rosa.evaluate(UNREAD)
    assert (
        await rosa.evaluate(
            "new Promise(done => indexedDB.open('interlude-held').onsuccess = ({target: {result: db}}) => "
            "db.transaction('keys').objectStore('keys').get('device').onsuccess = found => "
            "done(found.target.result.extractable))"
        )
        is False
    )
    await rosa.goto("/sign-out")
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await sees(rosa, "You are offline")
    await sees_not(rosa, "is ready")


async def test_case_46_another_person_finds_nothing_of_the_first(chromium: Browser, site: RunningSite) -> None:
    phone, check_in = await given_it_is_held(chromium, site, "daily-three")
    await phone.context.set_offline(True)
    await phone.goto("/")
    await answer_all(phone, "Start", "4")
    await phone.context.clear_cookies(name=PERSON_COOKIE)
    await phone.context.set_offline(False)
    await join(phone, site, site.cast.walter)
    await phone.goto("/")
    walter = site.cast.walter.id
    await eventually(lambda: phone.evaluate(f"{HELD}.then(held => held?.person === '{walter}')"), "what Walter holds")
    await phone.evaluate("Outbox.flush()")
    assert await phone.evaluate("Outbox.all().then(all => all.map(one => one.state))") == ["waiting"]
    await phone.context.set_offline(True)
    await phone.goto(f"/check-ins/{check_in.id}")
    await sees(phone, "You are offline")
    await sees_not(phone, "is ready")


async def test_a_network_that_hangs_is_none(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_held(chromium, site, "daily-three")
    await answer(rosa, "Start")
    await rosa.context.route("**/q/*", lambda route: asyncio.sleep(0))
    await answer(rosa, "4")
    await sees(rosa, "2 of 3")
    assert await rosa.evaluate("Walk.local")


async def test_help_has_its_numbers_without_a_network(chromium: Browser, site: RunningSite) -> None:
    rosa, _ = await given_it_is_held(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer(rosa, "Help")
    await expect(rosa.locator("a[href='tel:911']")).to_be_visible()


async def given_it_is_held(
    chromium: Browser, site: RunningSite, slug: str, before: object = None, whole: bool = False
) -> tuple[Page, CheckIn]:
    """Rosa's phone at Home, with a due check-in on it."""
    check_in = await site.check_in_due_now(site.cast.rosa, slug, before, whole)  # type: ignore[arg-type]
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await it_is_held(rosa)
    return rosa, check_in


async def it_is_held(phone: Page) -> None:
    await phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await eventually(lambda: phone.evaluate(f"{HELD}.then(held => held?.forms.length)"), "the check-in to be held")


async def when_it_stands(phone: Page, site: RunningSite, subject_id: str) -> str:
    """A notification of the subject's next reminder, as if it had been sent and shown."""
    reminder_id, token = await site.hand_over(subject_id)
    async with site.database.writing() as db:
        (await db.get_one(Reminder, reminder_id)).state = "sent"
    said = {"title": "Interlude", "body": "A visit", "tag": reminder_id, "data": {"url": "/", "token": token}}
    await deliver_push(phone, json.dumps({"notification": said}))
    await eventually(lambda: tags(phone), "the notification to stand")
    return reminder_id


async def tags(phone: Page) -> list[str]:
    found: list[str] = await phone.evaluate(
        "navigator.serviceWorker.ready.then(one => one.getNotifications()).then(all => all.map(one => one.tag))"
    )
    return found


async def answers_to(site: RunningSite, check_in: CheckIn) -> dict[str, object]:
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response, Response.check_in_id == check_in.id)
    return dict(past.answers_of(response))
