"""Turn reminders on, and take what a device reports about them."""

from typing import Any

from litestar import Request, Response, delete, get, post

from server import crypto
from server.access.rules import SubscriptionEnd
from server.channels.push.host_list import HostList
from server.channels.push.vapid import vapid_public_key
from server.db import Work
from server.delivery import receipts
from server.devices import subscriptions
from server.devices.subscriptions import NewSubscription, NotSubscribed, Opened, Permission
from server.people import flow as people
from server.reminders import flow, notices, rules, status
from server.reminders.states import ReminderKind
from server.settings import Settings
from server.web import problems, render
from server.web.dependencies import ANYONE, PERSON, SAME_ORIGIN, STAFF, Ask, Db, Given, InWork, Now, Who
from server.web.form_fields import form_of, json_of, text

EVENTS = ("shown", "opened", "answered")


@get("/push/key", opt=ANYONE, sync_to_thread=False)
def push_key() -> Response[dict[str, str]]:
    """The VAPID public key, as `applicationServerKey` takes it."""
    private = next(iter(crypto.keyring().vapid.values()))
    return Response({"key": vapid_public_key(private)}, headers=render.FRESH)


@post("/push/subscriptions", opt=PERSON | SAME_ORIGIN)
async def subscribe(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    return await _subscribe(request, work, settings)


@post("/staff/push/subscriptions", opt=STAFF | SAME_ORIGIN)
async def subscribe_staff(request: Ask, work: InWork, settings: Given) -> Response[Any]:
    return await _subscribe(request, work, settings)


async def _subscribe(request: Ask, work: Work, settings: Settings) -> Response[Any]:
    body = await json_of(request)
    hosts = HostList.parse(settings.push_services, base_url_is_loopback=settings.is_loopback)
    taken = await subscriptions.subscribe(work, _subscription(body), hosts)
    if isinstance(taken, NotSubscribed):
        return problems.answer(request, 400, taken.reason)
    await subscriptions.seen(work)
    return Response({"id": taken.id}, status_code=200, headers=render.FRESH)


def _subscription(body: dict[str, Any]) -> NewSubscription:
    """Endpoint and keys of a PushSubscription.toJSON(). A part that is missing or no text is "", and refused later."""
    keys = body.get("keys")
    found = [
        body.get("endpoint"),
        *((keys.get("p256dh"), keys.get("auth")) if isinstance(keys, dict) else ("", "")),
    ]
    endpoint, p256dh, auth = (part if isinstance(part, str) else "" for part in found)
    return NewSubscription(endpoint, p256dh, auth, _word(body, "vapid"))


@delete("/push/subscriptions", opt=PERSON | SAME_ORIGIN, status_code=200)
async def unsubscribe(work: InWork) -> dict[str, str]:
    await subscriptions.unsubscribe(work, SubscriptionEnd.TURNED_OFF)
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


@get("/reminders", opt=PERSON)
async def reminders_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    on = await subscriptions.is_subscribed(db, actor.device_id)
    return render.page(request, "devices/turn_on.html", on=on)


@post("/reminders/test", opt=PERSON)
async def send_test(request: Ask, work: InWork) -> Response[Any]:
    """Send a real push to this device only."""
    notice = notices.Notice(
        ReminderKind.TEST,
        work.actor.patient_id,
        work.actor.device_id,
        "/reminders/test",
        work.now + rules.TEST_LIFE,
        device_id=work.actor.device_id,
    )
    reminder = await notices.remind_now(work, notice)
    return render.go(request, f"/reminders/test?sent={reminder.id}")


@get("/reminders/test", opt=PERSON)
async def test_page(request: Ask) -> Response[str]:
    return render.page(request, "devices/test.html")


@post("/reminders/test/answer", opt=PERSON)
async def answer_test(request: Ask) -> Response[Any]:
    got_it = text(await form_of(request), "got", 3) == "yes"
    return render.go(request, "/" if got_it else "/reminders/help")


@get("/reminders/help", opt=PERSON)
async def help_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    """Helps to find out why a test did not arrive: from what the server knows, and by script from the device."""
    clinic = await people.clinic_of(db, actor)
    tests = await status.with_attempts(db, (await flow.of_subject(db, actor.device_id))[-1:])
    return render.page(
        request,
        "devices/help.html",
        clinic=clinic,
        on=await subscriptions.is_subscribed(db, actor.device_id),
        last=tests[0].state if tests else None,
    )


@post("/open", opt=PERSON | SAME_ORIGIN)
async def opened(request: Ask, work: InWork) -> Response[Any]:
    """Takes `{"permission", "endpoint", "vapid"}` at each opening of the app; returns what the device must `do`."""
    body = await json_of(request)
    said = Opened(Permission.read(_word(body, "permission")), _word(body, "endpoint"), _word(body, "vapid"))
    return Response({"do": await subscriptions.reconcile(work, said)}, status_code=200)


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


ROUTES = [
    push_key, subscribe, subscribe_staff, unsubscribe, receipt, reminders_page, send_test, test_page, answer_test,
    help_page, opened,
]  # fmt: skip
