"""What a browser reports about its subscription, and the receipts that it posts (cases 28, 30, 31)."""

import base64
from typing import Any

import pytest
from httpx import Response

from server import crypto
from server.access import sessions
from server.access.models import Device, Subscription
from server.audit import AuditEvent
from server.channels.push.vapid_keys import vapid_public_key
from server.db import Database
from server.delivery.sender import Sender
from server.reminders.models import Attempt
from tests.access.shared_phone.scene import JoinsFor, device_for
from tests.access.shared_phone.scene import joins_for as joins_for
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.push_double import PushDouble
from tests.stories import PUSH, browser_keys, push_subscription, rows

P256DH, AUTH = browser_keys()
OFF_THE_CURVE = base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).rstrip(b"=").decode()


def keys(p256dh: Any, auth: Any) -> dict[str, Any]:
    return push_subscription(keys={"p256dh": p256dh, "auth": auth})


MALFORMED = {
    "nothing": {},
    "a list": [],
    "text": "subscribe me",
    "a number": 5,
    "null": None,
    "no keys": {"endpoint": PUSH + "x"},
    "keys are a list": push_subscription(keys=["a", "b"]),
    "keys are null": push_subscription(keys=None),
    "keys are numbers": keys(1, 2),
    "no auth": push_subscription(keys={"p256dh": P256DH}),
    "endpoint is a number": push_subscription(endpoint=12),
    "endpoint is a list": push_subscription(endpoint=[PUSH]),
    "endpoint is null": push_subscription(endpoint=None),
    "endpoint is empty": push_subscription(endpoint=""),
    "endpoint is too long": push_subscription(endpoint=PUSH + "x" * 5000),
    "p256dh is empty": keys("", AUTH),
    "p256dh is no base64url": keys("not base64url!", AUTH),
    "p256dh is too short": keys(P256DH[:-4], AUTH),
    "p256dh is off the curve": keys(OFF_THE_CURVE, AUTH),
    "auth is too short": keys(P256DH, "AAAA"),
    "auth is too long": keys(P256DH, AUTH + "AAAA"),
    "auth has a null": keys(P256DH, "A\x00" * 11),
}
BAD_ENDPOINTS = [
    "http://fcm.googleapis.com/fcm/send/x",
    "https://93.184.216.34/push/x",
    "https://[2606:2800:220:1::1]/x",
    "https://127.0.0.1:8123/x",
    "https://localhost/x",
    "https://user:password@fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/fcm.googleapis.com",
    "https://evilfcm.googleapis.com/x",
    "https://evil.example#.push.apple.com/x",
    "https://push.apple.com@evil.example/x",
    "https://fcm.googleapis.com",
    "https://evil.example/x",
    "ftp://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "//fcm.googleapis.com/x",
    "https://fcm.googleapis.com/\r\nHost: evil.example",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://permanently-removed.invalid/fcm/send/x",
]


async def subscribe(device: Browser, body: Any) -> Response:
    return await device.post_json("/push/subscriptions", body)


async def refused(device: Browser, database: Database, bodies: dict[str, Any]) -> None:
    """Each body is refused with a 400 in problem+json, and nothing is stored or audited."""
    events = len(await rows(database, AuditEvent))
    wrong = {}
    for name, body in bodies.items():
        answer = await subscribe(device, body)
        if (answer.status_code, answer.headers["content-type"]) != (400, "application/problem+json"):
            wrong[name] = answer.status_code
    assert wrong == {}
    assert await rows(database, Subscription) == []
    assert len(await rows(database, AuditEvent)) == events


async def test_case_31_a_malformed_subscription_is_refused(signed_in: Enter, cast: Cast, database: Database) -> None:
    assert len(MALFORMED) > 15
    await refused(await signed_in(cast.rosa), database, MALFORMED)


async def test_case_28_an_endpoint_outside_the_push_services_is_refused(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    await refused(await signed_in(cast.rosa), database, {url: push_subscription(endpoint=url) for url in BAD_ENDPOINTS})


async def test_case_31_a_body_that_is_not_json_is_refused(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    headers = {"origin": "https://localhost", "accept": "application/json", "content-type": "application/json"}
    statuses = {}
    for body in (b"", b"{", b"\xff", b"endpoint=x", b'{"endpoint": "\\ud800"}', b"[" * 50_000, b"NaN"):
        answer = await rosa.http.post("/push/subscriptions", content=body, headers=headers)
        statuses[body[:30]] = answer.status_code
    assert set(statuses.values()) == {400}, statuses
    assert await rows(database, Subscription) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_30_a_subscription_that_the_browser_reports_as_ended_is_named(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    answer = await subscribe(rosa, push_subscription(endpoint="https://permanently-removed.invalid/fcm/send/x"))
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert answer.json()["detail"]
    assert "permanently-removed" not in answer.text


async def test_a_valid_subscription_is_stored_and_ended(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    assert "May we remind you?" in words(await rosa.get("/reminders"))
    body = push_subscription()
    answer = await subscribe(rosa, body)
    assert answer.status_code == 200
    [stored] = await rows(database, Subscription)
    assert (stored.id, stored.endpoint) == (answer.json()["id"], body["endpoint"])
    assert "Reminders are on" in words(await rosa.get("/reminders"))
    assert (await rosa.delete("/push/subscriptions")).json() == {"status": "ended"}
    assert (await rows(database, Subscription))[0].end_reason == "turned-off"
    assert (await subscribe(rosa, body)).status_code == 200
    assert len(await rows(database, Subscription)) == 1


async def test_the_public_key_belongs_to_the_key_that_signs(browser: Browser, keyring: crypto.Keyring) -> None:
    keys = (await browser.get("/push/key")).json()
    assert keys == {"key": vapid_public_key(next(iter(keyring.vapid.values())))}
    assert len(crypto.unb64(keys["key"])) == 65


async def test_a_receipt_needs_a_token_and_an_event(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, push = await signed_in(cast.rosa), PushDouble()
    await subscribe(rosa, push_subscription())
    await rosa.submit("/reminders/test")
    await Sender(database, push, clock, "https://localhost").tick()
    good = {"token": push.token(), "event": "opened"}
    for body, status in (
        ({}, 400),
        (good | {"event": "eaten"}, 400),
        (good | {"event": None}, 400),
        (good | {"token": 5}, 400),
        (good | {"token": ""}, 404),
        (good | {"token": "x" * 43}, 404),
    ):
        assert (await browser.post_json("/push/receipts", body)).status_code == status, body
    assert [attempt.opened_at for attempt in await rows(database, Attempt)] == [None]
    answer = await browser.post_json("/push/receipts", good)  # without a session, as in a service worker
    assert answer.json() == good
    assert [attempt.opened_at for attempt in await rows(database, Attempt)] == [clock()]


async def test_a_staff_member_turns_alerts_on_for_their_own_device(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    assert (await maria.post_json("/staff/push/subscriptions", push_subscription())).status_code == 200
    assert (await maria.post_json("/push/subscriptions", push_subscription())).status_code == 401
    assert len(await rows(database, Subscription)) == 1


async def on(database: Database) -> dict[str, str]:
    """Device id → endpoint of the subscriptions that have not ended."""
    return {
        each.device_id: each.endpoint for each in await rows(database, Subscription, Subscription.ended_at.is_(None))
    }


async def test_case_97_a_browser_subscribes_for_every_patient_of_the_phone_and_renews_for_every_one(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.helen)
    for subscription in (push_subscription(), push_subscription()):
        assert (await luis.post_json("/push/subscriptions", subscription)).status_code == 200
        assert sorted((await on(database)).values()) == [subscription["endpoint"]] * 2
    state = {"permission": "granted", "endpoint": subscription["endpoint"], "vapid": ""}
    assert (await luis.post_json("/open", state)).json() == {"do": "fine"}
    assert (await luis.post_json("/open", state | {"endpoint": PUSH + "changed"})).json() == {"do": "tell"}


async def test_case_97_one_patients_sign_out_leaves_the_other_patients_reminders_on(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.helen)
    await luis.post_json("/push/subscriptions", push_subscription())
    assert "data-signs-out" not in (await luis.get("/sign-out")).text  # a script would end the browser's subscription
    await luis.submit("/sign-out")
    [left] = await on(database)
    [rosas] = await rows(database, Device, Device.caregiver_id == cast.luis.id)
    assert left == rosas.id
    assert "data-signs-out" in (await luis.get("/sign-out")).text


async def test_case_97_turning_reminders_off_turns_them_off_for_the_phone_which_says_so(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    luis = await signed_in(cast.luis)
    await luis.post_json("/push/subscriptions", push_subscription())
    await joins_for(luis, cast.helen)
    page = words(await luis.get("/reminders"))
    assert "This phone gets the reminders about each person you help: Helen Marsh Rosa Delgado" in page
    assert "It turns off the reminders about each of them" in page
    assert (await luis.delete("/push/subscriptions")).status_code == 200
    assert await on(database) == {}


async def test_case_97_where_the_active_session_has_ended_the_others_subscription_is_renewed(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Nobody may open the app for days: the service worker tells the new endpoint by itself."""
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.helen)
    await luis.post_json("/push/subscriptions", push_subscription())
    rosas, helens = await device_for(database, cast.rosa), await device_for(database, cast.helen)
    async with database.writing() as db:
        await sessions.end_device(work_by(db, cast.tom, clock()), await db.get_one(Device, helens.id))
    renewed = push_subscription()
    assert (await luis.post_json("/push/subscriptions", renewed)).status_code == 200
    assert await on(database) == {rosas.id: renewed["endpoint"]}
    state = {"permission": "granted", "endpoint": renewed["endpoint"], "vapid": ""}
    assert (await luis.post_json("/open", state)).json() == {"do": "fine"}


async def test_case_97_where_every_session_of_the_phone_has_ended_nothing_is_renewed(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, clock: StillClock
) -> None:
    luis = await signed_in(cast.luis)
    await joins_for(luis, cast.helen)
    clock.move(days=401)
    assert (await luis.post_json("/push/subscriptions", push_subscription())).status_code == 401
    assert await on(database) == {}
