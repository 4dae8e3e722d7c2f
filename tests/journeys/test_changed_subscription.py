"""The browser replaces or ends a phone's push subscription by itself, while no page is open (case 37)."""

import pytest
from playwright.async_api import Browser, Page, Worker

from server.access.models import Subscription
from tests.browser.chromium import service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import phone_of
from tests.browser.running_site import RunningSite
from tests.stories import rows

# The browser's half of a subscription, made here because there is no push service. Chromium lets no script wait for an
# event that a script made: the handler has begun by then.
CHANGE = """async ({endpoint, given}) => {
  const pair = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, true, ["deriveBits"]);
  const text = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const p256dh = text(await crypto.subtle.exportKey("raw", pair.publicKey));
  const keys = {p256dh, auth: text(crypto.getRandomValues(new Uint8Array(16)))};
  const made = {toJSON: () => ({endpoint, keys}), options: {applicationServerKey: null}};
  PushManager.prototype.subscribe = () => Promise.resolve(made);
  const event = new ExtendableEvent("pushsubscriptionchange");
  event.newSubscription = given ? made : null;
  self.dispatchEvent(event);
}"""


async def worker_of(phone: Page) -> Worker:
    await service_worker_is_active(phone)
    return phone.context.service_workers[0]


@pytest.mark.parametrize("given", [True, False], ids=["replaced", "ended"])
async def test_case_37_the_clinic_learns_the_new_endpoint_without_an_open_page(
    chromium: Browser, site: RunningSite, given: bool
) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    worker = await worker_of(rosa)
    await rosa.goto("about:blank")
    for endpoint in ("http://127.0.0.1:9/push/first", "http://127.0.0.1:9/push/second"):
        await worker.evaluate(CHANGE, {"endpoint": endpoint, "given": given})

        async def is_registered(endpoint: str = endpoint) -> bool:
            living = await rows(site.database, Subscription, Subscription.ended_at.is_(None))
            return [subscription.endpoint for subscription in living] == [endpoint]

        await eventually(is_registered, "the endpoint to be known")
