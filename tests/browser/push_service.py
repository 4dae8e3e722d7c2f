"""A push service on loopback from which Firefox takes real, encrypted pushes.

It speaks Mozilla's autopush WebSocket protocol with browsers, and RFC 8030 and 8292 with senders. It is as strict as
the real ones: it refuses a missing TTL, a payload over 4096 bytes and a bad VAPID header.
"""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import WSCloseCode, WSMsgType, web

from .push_mailbox import Clock, Delivery, Mailbox, Subscription
from .push_rules import problem_with

LONGEST_TTL = 30 * 24 * 3600


@dataclass(frozen=True)
class Refusal:
    """A POST that was refused: the request, the answer, and why."""

    subscription: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    reason: str


class LocalPushService:
    """`now` is the clock for message lifetimes and VAPID expiry, in seconds since 1970."""

    def __init__(self, now: Clock = time.time) -> None:
        self.deliveries: list[Delivery] = []
        self.refusals: list[Refusal] = []
        self.port = 0
        self._now = now
        self._mailbox = Mailbox(now)
        self._devices: dict[str, web.WebSocketResponse] = {}
        self._sockets: set[web.WebSocketResponse] = set()
        self._offline = False
        self._answers: list[tuple[int, Mapping[str, str]]] = []
        self._changed = asyncio.Event()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def subscriptions(self) -> list[Subscription]:
        return list(self._mailbox.subscriptions.values())

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/", self._serve_device)
        application.router.add_post("/wpush/{id}", self._take_message)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()
        await self._runner.cleanup()

    def answer_next(self, status: int, *, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        """Answers the next POSTs with this status and drops their messages."""
        self._answers += [(status, headers or {})] * times

    @contextlib.asynccontextmanager
    async def devices_offline(self) -> AsyncIterator[None]:
        """Inside this block no device is reachable, and messages wait for its end."""
        self._offline = True
        await self._hang_up()
        try:
            yield
        finally:
            self._offline = False

    async def wait_until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            seen = f"{len(self.deliveries)} deliveries, refusals {[r.reason for r in self.refusals]}"
            raise AssertionError(f"push service waited {seconds} s in vain; {seen}") from None

    async def wait_for_deliveries(self, count: int, seconds: float = 10) -> list[Delivery]:
        await self.wait_until(lambda: len(self.deliveries) >= count, seconds)
        return self.deliveries

    async def wait_for_ack(self, delivery: Delivery, seconds: float = 10) -> int | None:
        """Returns 100 once the browser has handed the message to the service worker, which may still be at work."""
        await self.wait_until(lambda: delivery.ack is not None, seconds)
        return delivery.ack

    async def _hang_up(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    # Devices

    async def _serve_device(self, request: web.Request) -> web.StreamResponse:
        if self._offline:
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=1, protocols=["push-notification"])
        await socket.prepare(request)
        self._sockets.add(socket)
        device = ""
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    device = await self._hear(socket, device, json.loads(frame.data))
        finally:
            self._sockets.discard(socket)
            if self._devices.get(device) is socket:
                del self._devices[device]
                self._changed.set()
        return socket

    async def _hear(self, socket: web.WebSocketResponse, device: str, message: dict[str, Any]) -> str:
        match message.get("messageType"):
            case "hello":
                device = await self._greet(socket, message.get("uaid", ""))
            case "register":
                await socket.send_json(self._register(device, message))
            case "unregister":
                self._mailbox.unregister(device, message["channelID"])
                await socket.send_json(_answer(message))
            case "ack":
                for update in message["updates"]:
                    self._mailbox.acknowledge(device, update["version"], update["code"])
            case "nack":
                self._note_failure(message["version"], message["code"])
            case None:
                await socket.send_str("{}")
        self._changed.set()
        return device

    async def _greet(self, socket: web.WebSocketResponse, claimed: str) -> str:
        # A new id tells the browser that its subscriptions are lost, so we keep a known one.
        device = claimed if self._mailbox.knows(claimed) else secrets.token_hex(16)
        hello = {"messageType": "hello", "uaid": device, "status": 200, "use_webpush": True, "broadcasts": {}}
        await socket.send_json(hello)
        self._devices[device] = socket
        for notification in self._mailbox.undelivered(device):
            await socket.send_json(notification)
        return device

    def _register(self, device: str, message: dict[str, Any]) -> dict[str, Any]:
        subscription = self._mailbox.register(device, message["channelID"], message.get("key"))
        return _answer(message) | {"pushEndpoint": f"{self.origin}/wpush/{subscription.id}"}

    def _note_failure(self, message_id: str, code: int) -> None:
        for delivery in self.deliveries:
            if delivery.message_id == message_id:
                delivery.ack = code

    # Senders

    async def _take_message(self, request: web.Request) -> web.Response:
        name, headers, body = request.match_info["id"], request.headers.copy(), await request.read()
        if self._answers:
            status, more = self._answers.pop(0)
            return self._refuse(Refusal(name, headers, body, status, "as told"), more)
        subscription = self._mailbox.subscriptions.get(name)
        if problem := problem_with(headers, body, subscription, self.origin, self._now()):
            return self._refuse(Refusal(name, headers, body, *problem))
        assert subscription
        return await self._accept(subscription, headers, body)

    def _refuse(self, refusal: Refusal, headers: Mapping[str, str] | None = None) -> web.Response:
        self.refusals.append(refusal)
        self._changed.set()
        return web.Response(status=refusal.status, headers=headers, text=refusal.reason)

    async def _accept(self, subscription: Subscription, headers: Mapping[str, str], body: bytes) -> web.Response:
        ttl = min(int(headers["TTL"]), LONGEST_TTL)
        delivery = Delivery(subscription.id, headers, body, ttl, self._now())
        subscription.keep(delivery)
        self.deliveries.append(delivery)
        self._changed.set()
        await self._forward(subscription, delivery)
        where = {"Location": f"{self.origin}/m/{delivery.message_id}", "TTL": str(ttl)}
        return web.Response(status=201, headers=where)

    async def _forward(self, subscription: Subscription, delivery: Delivery) -> None:
        socket = self._devices.get(subscription.device)
        if socket is not None and not socket.closed:
            with contextlib.suppress(ConnectionError):
                await socket.send_json(delivery.notification(subscription.channel))


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    return {"messageType": message["messageType"], "channelID": message["channelID"], "status": 200}
