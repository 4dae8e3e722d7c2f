"""Endpoints for the scripts of a device: its push subscription, its receipts, and each opening of the app."""

from typing import Any

from litestar import Request, Response, Router, delete, get, post

from server import crypto
from server.access.rules import SubscriptionEnd
from server.actor import ActorKind
from server.channels.push.host_list import HostList
from server.channels.push.vapid_keys import vapid_public_key
from server.db import Work, works_of
from server.delivery import receipts
from server.devices import reconciliation, subscriptions
from server.devices.reconciliation import Opened, Permission
from server.devices.subscriptions import NewSubscription, NotSubscribed
from server.settings import Settings
from server.web import problems, render
from server.web.dependencies import ANYONE, BY_ANYONE_HERE, PERSON, SAME_ORIGIN, STAFF, Ask, Db, Given, InWork, Now
from server.web.form_fields import json_of

EVENTS = ("shown", "opened", "answered")


@get("/push/key", opt=ANYONE, sync_to_thread=False)
def push_key() -> Response[dict[str, str]]:
    """The VAPID public key, as `applicationServerKey` takes it."""
    private = next(iter(crypto.keyring().vapid.values()))
    return Response({"key": vapid_public_key(private)}, headers=render.FRESH)


@post("/push/subscriptions", opt=PERSON | SAME_ORIGIN | BY_ANYONE_HERE)
async def subscribe(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    """Register a browser's only subscription for everyone who is signed in on the phone (case 97).

    The service worker renews it by itself, even if the active session has ended and others are still active.
    """
    for other in works_of(work, request.user.others):
        await _subscribe(request, other, settings)
    return await _subscribe(request, work, settings)


@post("/staff/push/subscriptions", opt=STAFF | SAME_ORIGIN)
async def subscribe_staff(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    return await _subscribe(request, work, settings)


async def _subscribe(request: Ask, work: Work, settings: Settings) -> Response[Any]:
    body = await json_of(request)
    hosts = HostList.parse(settings.push_services, base_url_is_loopback=settings.is_loopback)
    sharing = [each.device_id for each in request.user.people] if work.actor.kind != ActorKind.STAFF else []
    taken = await subscriptions.subscribe(work, _subscription(body), hosts, sharing)
    if isinstance(taken, NotSubscribed):
        return problems.answer(request, 400, taken.detail or taken.reason)
    await reconciliation.seen(work)
    return Response({"id": taken.id}, status_code=200, headers=render.FRESH)


def _subscription(body: dict[str, Any]) -> NewSubscription:
    """Endpoint and keys of a PushSubscription.toJSON(). A missing part, or one that is not text, is "" here."""
    keys = body.get("keys")
    found = [
        body.get("endpoint"),
        *((keys.get("p256dh"), keys.get("auth")) if isinstance(keys, dict) else ("", "")),
    ]
    endpoint, p256dh, auth = (part if isinstance(part, str) else "" for part in found)
    return NewSubscription(endpoint, p256dh, auth, _word(body, "vapid"))


@delete("/push/subscriptions", opt=PERSON | SAME_ORIGIN, status_code=200)
async def unsubscribe(request: Ask, work: InWork) -> dict[str, str]:
    """Turn reminders off for the whole phone, because a browser has only one subscription."""
    for each in works_of(work, request.user.people):
        await subscriptions.unsubscribe(each, SubscriptionEnd.TURNED_OFF)
    return {"status": "ended"}


@post("/push/receipts", opt=ANYONE | {"no_csrf": True, "by_token": True})
async def receipt(request: Request[Any, Any, Any], db: Db, now: Now) -> Response[Any]:
    """`{"token": …, "event": "shown" | "opened" | "answered"}` from a device's service worker."""
    body = await json_of(request)
    token, event = body.get("token"), body.get("event")
    if not isinstance(token, str) or event not in EVENTS:
        return problems.answer(request, 400)
    if not await receipts.take_receipt(db, token, event, now):
        return problems.answer(request, 404)
    return Response({"token": token, "event": event}, status_code=200, headers=render.FRESH)


@post("/open", opt=PERSON | SAME_ORIGIN | BY_ANYONE_HERE)
async def opened(request: Ask, work: InWork) -> Response[Any]:
    """Takes `{"permission", "endpoint", "vapid"}` at each opening of the app; returns what the device must `do`."""
    body = await json_of(request)
    news = Opened(Permission.read(_word(body, "permission")), _word(body, "endpoint"), _word(body, "vapid"))
    steps = [await reconciliation.reconcile(each, news) for each in works_of(work, request.user.people)]
    return Response({"do": reconciliation.most_needed(steps)}, status_code=200)


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


router = Router("/", route_handlers=[push_key, subscribe, subscribe_staff, unsubscribe, receipt, opened])
