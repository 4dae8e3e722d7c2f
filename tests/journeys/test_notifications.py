"""What the installed app shows in Chromium when a push arrives, and which page it opens."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from server.reminders.message_text import payload, words_for
from server.reminders.states import ReminderKind
from tests.browser.chromium import NOTIFICATIONS, PHONE, deliver_push, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import desk_of, evaluate, lose_session, phone_of, press, sees
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import BUNDLE

SHOWN = f"""{NOTIFICATIONS}.then(all => all.map(({{title, body, tag, actions}}) =>
  ({{title, body, tag, actions: actions.map(({{title}}) => title)}})))"""
# A receipt that the worker could not deliver, as its queue stores it.
QUEUED = """([name, entry]) => caches.open("receipts-1").then(queue =>
  queue.put(`/receipt/${name}`, new Response(JSON.stringify(entry))))"""
CLOSE = f"{NOTIFICATIONS}.then(all => all.forEach(each => each.close()))"
JUNK = (
    "",
    "not json",
    "null",
    "7",
    '{"notification": null}',
    '{"notification": {"title": "Hello", "data": {"reply": "/visits/reply"}, "actions": 7}}',
    '{"notification": {"title": "Hello", "data": {"reply": "/visits/reply"}, "actions": [{"action": "coming"}]}}',
    '{"notification": {"title": "Hello", "data": {"token": "of nobody"}}}',
)


async def test_a_push_about_a_visit_offers_two_answers_and_the_clinic_learns_that_it_was_shown(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    maria = await desk_of(chromium, site, site.cast.maria)
    visit = await site.book_visit(timedelta(days=2))
    reminder, token = await site.hand_over(visit.id)

    (shown,) = await pushed(rosa, visit_payload(site, visit.id, reminder, token))
    assert shown == {
        "title": "You have a visit coming up",
        "body": "Open to see when, and to say if you can come.",
        "tag": reminder,
        "actions": ["I'll be there", "I can't come"],
    }
    assert len(await pushed(rosa, visit_payload(site, visit.id, reminder, token))) == 1
    await site.wait_for_attempt(visit.id, "shown")
    await maria.goto(f"/staff/visits/{visit.id}")
    await sees(maria, "shown")


async def test_case_3_a_push_sent_again_after_a_crash_is_one_notification(chromium: Browser, site: RunningSite) -> None:
    """The sender died after the push service accepted the push. The next attempt has another token and the same tag."""
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    visit = await site.book_visit(timedelta(days=2))
    reminder, token = await site.hand_over(visit.id)
    for each in (token, "of-the-try-after-the-crash"):
        shown = await pushed(rosa, visit_payload(site, visit.id, reminder, each))
        assert [notification["tag"] for notification in shown] == [reminder]


async def test_case_35_every_push_shows_a_notification(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await eventually(lambda: rosa.evaluate(BUNDLE), "the page to have looked which notifications stand")
    silent = []
    for junk in JUNK:
        if not await pushed(rosa, junk):
            silent.append(junk)
        await evaluate(rosa, CLOSE)
    assert silent == []


async def test_case_35_a_push_is_shown_and_its_receipt_sent_after_the_session_has_ended(
    chromium: Browser, site: RunningSite
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await service_worker_is_active(rosa)
    visit = await site.book_visit(timedelta(days=2))
    reminder, token = await site.hand_over(visit.id)
    await lose_session(rosa)
    assert len(await pushed(rosa, visit_payload(site, visit.id, reminder, token))) == 1
    await site.wait_for_attempt(visit.id, "shown")


async def test_receipts_that_could_not_be_sent_go_out_when_the_app_opens(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await under_its_worker(rosa)
    visit = await site.book_visit(timedelta(days=2))
    _, token = await site.hand_over(visit.id)
    opened = {"path": "/push/receipts", "body": {"token": token, "event": "opened"}}
    await rosa.evaluate(QUEUED, [f"{token}/opened", opened])

    await rosa.goto("/")
    await site.wait_for_attempt(visit.id, "opened")


@pytest.mark.parametrize(
    ("waits", "sentence", "kept"), [("coming", "I can't come", "cant"), ("cant", "I'll be there", "coming")]
)
async def test_a_waiting_reply_does_not_override_a_later_one(
    chromium: Browser, site: RunningSite, waits: str, sentence: str, kept: str
) -> None:
    """Rosa answers on the notification without a network. Once online, she answers otherwise on the page."""
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await under_its_worker(rosa)
    visit = await site.book_visit(timedelta(days=2))
    _, token = await site.hand_over(visit.id)
    await rosa.goto(f"/visits/{visit.id}")
    reply = {"path": "/visits/reply", "body": {"token": token, "reply": waits}, "about": f"/visits/{visit.id}"}
    await rosa.evaluate(QUEUED, [f"{token}/reply", reply])
    other = {**reply, "about": "/visits/another"}
    await rosa.evaluate(QUEUED, ["another/reply", other | {"body": {"token": "none", "reply": "coming"}}])

    await press(rosa, sentence)
    await sees(rosa, "Thank you.")
    await eventually(lambda: all_is_reported(rosa), "the queue to be told", 10)
    assert (await site.visit(visit.id)).reply == kept


async def under_its_worker(phone: Page) -> None:
    await service_worker_is_active(phone)
    await phone.reload()
    assert await phone.evaluate("navigator.serviceWorker.controller !== null")


async def all_is_reported(phone: Page) -> bool:
    keys = "caches.open('receipts-1').then(queue => queue.keys()).then(keys => keys.length === 0)"
    return bool(await phone.evaluate(keys))


async def test_the_installed_app_opens_its_owners_home(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria, size=PHONE)
    await maria.goto("/")
    await maria.wait_for_url("**/staff")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await expect(rosa.locator("h1")).to_have_text("All done for now")
    await rosa.context.clear_cookies()
    await rosa.goto("/")
    await rosa.wait_for_url("**/join")


def visit_payload(site: RunningSite, visit_id: str, reminder_id: str, token: str) -> str:
    """The payload of a reminder, as our worker makes it."""
    address = site.url(f"/visits/{visit_id}?from={token}")
    words = words_for(ReminderKind.VISIT, None)
    return payload(words, reminder_id=reminder_id, token=token, address=address, reply_url="/visits/reply", locale="en")


async def pushed(phone: Page, message: str) -> list[dict[str, Any]]:
    """Delivers a push and returns what the phone shows."""

    async def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await evaluate(phone, SHOWN)
        return found

    await deliver_push(phone, message)
    return await eventually(look, "a notification")
