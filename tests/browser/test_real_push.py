"""Real pushes: sent by our worker, carried by a push service, decrypted and shown by Firefox."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from sqlalchemy import select

from server.access.models import Subscription
from tests.channels.push_service import Phone

from .bidi import Firefox
from .over_http import Session, desk, handset
from .push_mailbox import Delivery
from .push_service import LocalPushService
from .running import running
from .running_site import RunningSite

TEST = "This is your test"
VISIT = "You have a visit coming up"


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path, push_service: LocalPushService) -> AsyncIterator[RunningSite]:
    async with running(tmp_path, push_service) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def maria(site: RunningSite) -> AsyncIterator[Session]:
    async with desk(site, site.cast.maria) as session:
        yield session


async def test_rosa_joins_gets_a_push_and_answers_and_the_clinic_sees_each_step(
    firefox: Firefox, push_service: LocalPushService, site: RunningSite, maria: Session
) -> None:
    # Rosa joins and turns reminders on. The test notification that she gets is real.
    await join(firefox, site)
    await turn_on_reminders(firefox)
    (test,) = await push_service.wait_for_deliveries(1)
    await shown_once(firefox, TEST, test)
    assert (test.headers["Urgency"], 0 < test.ttl <= 600) == ("high", True)
    alert = (await firefox.alerts())[0]
    assert (alert.title, alert.body) == (TEST, "Reminders work on this phone.")
    assert await firefox.evaluate("[innerWidth, innerHeight]") == [390, 844]
    await firefox.dismiss_notification(TEST)
    await firefox.click("button[name=got][value=yes]")
    await arrived(firefox, "/")

    # The reminder of a visit falls due. The phone shows it, and the clinic knows.
    visit = await site.book_visit_with_reminder_in(2)
    page = f"/staff/visits/{visit.id}"
    assert "scheduled" in await maria.read(page)
    reminder = (await push_service.wait_for_deliveries(2))[1]
    await shown_once(firefox, VISIT, reminder)
    await maria.read_until(page, "shown")
    assert reminder.topic == (await site.reminders_of(visit.id))[0].reminder.id
    assert (reminder.headers["Urgency"], 0 < reminder.ttl <= 7200) == ("high", True)

    # A tap opens the visit's page. Rosa's answer there shows on the clinic's page.
    await firefox.tap_notification(VISIT)
    await firefox.switch_to(site.url(f"/visits/{visit.id}"))
    await maria.read_until(page, "opened")
    assert "None yet" in await maria.read(page)
    await arrived(firefox, f"/visits/{visit.id}")
    await firefox.click("button[name=reply][value=coming]")
    await firefox.wait_for("document.querySelector('main [role=status]') !== null")
    shown = await maria.read(page)
    assert "Will be there" in shown
    assert "answered" in shown

    # Nothing came twice (case 38), and none of her taps caused another push.
    assert [delivery.topic for delivery in push_service.deliveries] == [test.topic, reminder.topic]
    assert push_service.refusals == []
    assert await firefox.notifications() == []


async def test_an_answer_on_the_notification_counts_and_a_signed_out_phone_gets_nothing(
    firefox: Firefox, push_service: LocalPushService, site: RunningSite, maria: Session
) -> None:
    await join(firefox, site)
    await turn_on_reminders(firefox)
    (test,) = await push_service.wait_for_deliveries(1)
    await shown_once(firefox, TEST, test)
    await firefox.dismiss_notification(TEST)

    # Rosa presses "I can't come" on the notification. No page opens, and the clinic has it on its list.
    visit = await site.book_visit_with_reminder_in(2)
    reminder = (await push_service.wait_for_deliveries(2))[1]
    shown = await shown_once(firefox, VISIT, reminder)
    assert shown["actions"] == ["coming", "cant"]
    await firefox.tap_notification(VISIT, action="cant")
    await maria.read_until("/staff", "can't come")
    assert "answered" in await maria.read_until(f"/staff/visits/{visit.id}", "Can't come")
    assert len(await firefox.tabs()) == 1

    # After signing out, the phone gets nothing.
    await firefox.goto(site.url("/sign-out"))
    await firefox.click("form[action='/sign-out'] button")
    await arrived(firefox, "/join")
    assert await endings(site) == ["signed-out"]
    unheard = await site.book_visit_with_reminder_in(1)
    await site.wait_for_reminder(unheard.id, "failed")
    assert len(push_service.deliveries) == 2
    assert await firefox.notifications() == []


async def test_case_36_the_decrypted_payload_names_no_clinic_and_no_patient(
    push_service: LocalPushService, site: RunningSite
) -> None:
    phone = Phone()
    async with handset(site, site.cast.rosa) as handheld:
        address = phone.address(await new_endpoint(push_service))
        keys = {"p256dh": address.p256dh, "auth": address.auth}
        await handheld.post_json("/push/subscriptions", {"endpoint": address.endpoint, "keys": keys})
        await site.book_visit_with_reminder_in(1)
        await site.check_in_due_now(site.cast.rosa, "weekly-als")
        deliveries = await push_service.wait_for_deliveries(2)

    payloads = [phone.open(delivery.body) for delivery in deliveries]
    notifications = [json.loads(payload)["notification"] for payload in payloads]
    assert sorted(each["title"] for each in notifications) == ["You have a check-in ready", VISIT]
    assert all(len(payload.encode()) < 2048 for payload in payloads)
    # A random token may contain any word.
    readable = [text.replace(each["data"]["token"], "") for text, each in zip(payloads, notifications, strict=True)]
    private = ("Harbor", "Rosa", "Delgado", "Elm Street", "infusion", "ketamine", "swallow", "weekly")
    assert [(word, text) for text in readable for word in private if word.casefold() in text.casefold()] == []


async def join(phone: Firefox, site: RunningSite) -> None:
    """Rosa types her code, reads the notice and agrees."""
    await phone.goto(site.url("/join"))
    await phone.type_text("#code", await site.pairing_code(site.cast.rosa))
    await phone.click("form[action='/join/code'] button")
    await phone.click("button[name=agree]")
    await arrived(phone, "/reminders")


async def turn_on_reminders(phone: Firefox) -> None:
    """Rosa presses the button on the page that follows joining, and gets a test notification."""
    assert "May we remind you?" in await phone.text("main")
    await phone.click("#turn-on")
    await arrived(phone, "/reminders/test")
    assert "Did you get it?" in await phone.text("main")


async def arrived(phone: Firefox, path: str) -> None:
    """Waits for this page with all its scripts, because an earlier press would do nothing."""
    await phone.wait_for(f"location.pathname === {json.dumps(path)} && document.readyState === 'complete'")


async def shown_once(phone: Firefox, title: str, delivery: Delivery) -> dict[str, Any]:
    """The one notification with this title. It came encrypted in `delivery`, and its tag is that push's topic."""
    ready = "navigator.serviceWorker.ready.then(worker => worker.getNotifications())"
    await phone.wait_for(f"{ready}.then(all => all.some(each => each.title === {json.dumps(title)}))")
    (shown,) = [each for each in await phone.notifications() if each["title"] == title]
    assert delivery.topic == shown["tag"]
    assert delivery.headers["Content-Encoding"] == "aes128gcm"
    for plain in (title, shown["body"], shown["tag"]):
        assert plain.encode() not in delivery.body
    return shown


async def new_endpoint(push_service: LocalPushService) -> str:
    """A new endpoint, as a browser gets one."""
    async with aiohttp.ClientSession() as client, client.ws_connect(push_service.ws_url) as socket:
        await socket.send_json({"messageType": "hello", "use_webpush": True, "uaid": ""})
        await socket.receive_json(timeout=5)
        await socket.send_json({"messageType": "register", "channelID": "one"})
        answer = await socket.receive_json(timeout=5)
    return str(answer["pushEndpoint"])


async def endings(site: RunningSite) -> list[str | None]:
    """Why each subscription ended, or None."""
    async with site.database.reading() as db:
        return list(await db.scalars(select(Subscription.end_reason)))
