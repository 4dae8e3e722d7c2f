"""The push service and the Firefox driver, tested together on a page of their own."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, b64urlencode
from pywebpush import WebPushException, webpush

from .bidi import Firefox
from .push_service import LocalPushService
from .site import Site, serving

PAGE = """<!doctype html><title>Reminders</title>
<button id="subscribe">Turn reminders on</button> <input id="name"> <output></output>
<script>
document.querySelector("#subscribe").onclick = async event => {
  const worker = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const applicationServerKey = new URLSearchParams(location.search).get("key");
  window.subscription = await worker.pushManager.subscribe({userVisibleOnly: true, applicationServerKey});
  document.querySelector("output").textContent = event.isTrusted ? "on" : "by script";
};
</script>"""
WORKER = """
addEventListener("push", event => event.waitUntil(show(event.data.json())));
addEventListener("notificationclick", event => event.waitUntil(answer(event)));
addEventListener("notificationclose", event => event.waitUntil(report("closed", event.notification.tag)));
async function show({title, body, tag, url}) {
  const actions = [{action: "yes", title: "I’ll be there"}, {action: "no", title: "I can’t"}];
  await registration.showNotification(title, {body, tag, data: {url}, actions});
  await report("shown", tag);
}
async function answer({action, notification}) {
  notification.close();
  if (action) return report("answered", action);
  const {url} = notification.data;
  const tabs = await clients.matchAll({type: "window", includeUncontrolled: true});
  const tab = tabs.find(client => client.url === url);
  await (tab ? tab.focus() : clients.openWindow(url));
}
const report = (what, tag) => fetch("/" + what, {method: "POST", body: tag});
"""


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    async with serving({"/": PAGE, "/worker.js": WORKER}) as site:
        yield site


@pytest.fixture(scope="module")
def vapid() -> Vapid02:
    vapid = Vapid02()
    vapid.generate_keys()
    return vapid


async def subscribe(firefox: Firefox, site: Site, vapid: Vapid02) -> dict[str, Any]:
    point = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    await firefox.goto(f"{site.origin}/?key={b64urlencode(point)}")
    await firefox.click("#subscribe")
    await firefox.wait_for("window.subscription")
    assert await firefox.text("output") == "on"
    subscription: dict[str, Any] = await firefox.evaluate("subscription.toJSON()")
    return subscription


async def send(subscription: dict[str, Any], vapid: Vapid02, message: dict[str, str], **headers: str) -> int:
    answer = await asyncio.to_thread(
        webpush,
        subscription,
        json.dumps(message),
        vapid_private_key=vapid,
        vapid_claims={"sub": "mailto:tests@example.org"},
        ttl=60,
        headers=headers,
        timeout=10,
    )
    return int(answer.status_code)


async def test_a_push_is_shown_and_acknowledged_and_a_tap_opens_its_page(
    firefox: Firefox, push_service: LocalPushService, site: Site, vapid: Vapid02
) -> None:
    subscription = await subscribe(firefox, site, vapid)
    assert subscription["endpoint"].startswith(f"{push_service.origin}/wpush/")
    page = f"{site.origin}/visits/42?from=push#answer"
    message = {"title": "Your visit", "body": "Tomorrow at 9.", "tag": "visit-42", "url": page}

    assert await send(subscription, vapid, message, Urgency="high") == 201
    (delivery,) = await push_service.wait_for_deliveries(1)
    assert await push_service.wait_for_ack(delivery) == 100
    await site.wait_for_post("/shown", "visit-42")
    shown = await firefox.notifications()
    alert = await firefox.tap_notification("Your visit")
    await firefox.switch_to(page)

    assert delivery.headers["Urgency"] == "high"
    assert b"Your visit" not in delivery.body
    assert shown == [
        {
            "title": "Your visit",
            "body": "Tomorrow at 9.",
            "tag": "visit-42",
            "data": {"url": page},
            "actions": ["yes", "no"],
        }
    ]
    assert (alert.body, alert.source) == ("Tomorrow at 9.", "via " + site.origin.removeprefix("http://"))
    assert await firefox.evaluate("[location.href, document.visibilityState]") == [page, "visible"]
    assert await firefox.evaluate("[innerWidth, innerHeight]") == [390, 844]
    assert len(await firefox.tabs()) == 2
    assert await firefox.alerts() == []


async def test_a_phone_that_was_off_gets_the_last_of_a_topic_and_an_unsubscribed_one_nothing(
    firefox: Firefox, push_service: LocalPushService, site: Site, vapid: Vapid02
) -> None:
    subscription = await subscribe(firefox, site, vapid)
    async with push_service.devices_offline():
        for tag in ("first", "second"):
            message = {"title": tag, "body": "", "tag": tag, "url": site.origin}
            assert await send(subscription, vapid, message, Topic="visit") == 201
    await site.wait_for_post("/shown", "second")

    await firefox.dismiss_notification("second")
    await site.wait_for_post("/closed", "second")
    assert site.posts == [("/shown", "second"), ("/closed", "second")]
    assert [delivery.ack for delivery in push_service.deliveries] == [None, 100]

    assert await firefox.evaluate("subscription.unsubscribe()") is True
    with pytest.raises(WebPushException) as gone:
        await send(subscription, vapid, {})
    assert gone.value.response.status_code == 410


async def test_a_tap_returns_to_an_open_page_and_reports_the_action(
    firefox: Firefox, push_service: LocalPushService, site: Site, vapid: Vapid02
) -> None:
    subscription = await subscribe(firefox, site, vapid)
    page = await firefox.evaluate("location.href")
    await firefox.type_text("#name", "Zoë 1")
    await firefox.connection.command("browsingContext.create", type="tab")
    await firefox.wait_for("document.visibilityState === 'hidden'")

    await send(subscription, vapid, {"title": "Your visit", "body": "", "tag": "visit", "url": page})
    await firefox.tap_notification()
    await firefox.wait_for("document.visibilityState === 'visible'")
    assert await firefox.evaluate("document.querySelector('#name').value") == "Zoë 1"
    assert (await firefox.screenshot()).startswith(b"\x89PNG")
    assert len(await firefox.tabs()) == 2

    await send(subscription, vapid, {"title": "Coming?", "body": "", "tag": "visit", "url": page})
    await firefox.tap_notification("Coming?", action="no")
    await site.wait_for_post("/answered", "no")
    assert await firefox.notifications() == []
