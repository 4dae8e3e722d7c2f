"""The push service alone, addressed as a browser and as senders would, in ways that Firefox does not."""

import base64
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientWebSocketResponse
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, b64urlencode

from .push_service import LocalPushService

PLAIN = {"TTL": "60", "Content-Encoding": "aes128gcm"}


class Device:
    """A browser's end of the socket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def ask(self, **message: Any) -> dict[str, Any]:
        await self.socket.send_json(message)
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = await self.socket.receive_json(timeout=5)
        return heard

    async def register(self, channel: str = "one", **more: str) -> str:
        answer = await self.ask(messageType="register", channelID=channel, **more)
        assert (answer["status"], answer["channelID"]) == (200, channel)
        return str(answer["pushEndpoint"])


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def connect(client: ClientSession, service: LocalPushService, uaid: str = "") -> tuple[Device, str]:
    device = Device(await client.ws_connect(service.ws_url))
    hello = await device.ask(messageType="hello", use_webpush=True, broadcasts={}, uaid=uaid)
    assert hello["use_webpush"] is True
    return device, hello["uaid"]


async def post(
    client: ClientSession, endpoint: str, body: bytes = b"sealed", headers: Mapping[str, str] = PLAIN
) -> int:
    async with client.post(endpoint, data=body, headers=headers) as answer:
        return answer.status


async def test_a_message_is_repeated_until_it_is_acknowledged(
    client: ClientSession, push_service: LocalPushService
) -> None:
    device, uaid = await connect(client, push_service)
    endpoint = await device.register()
    async with client.post(endpoint, data=b"\xfb\xff", headers=PLAIN) as answer:
        assert (answer.status, answer.headers["TTL"]) == (201, "60")
        assert answer.headers["Location"].startswith(f"{push_service.origin}/m/")
    first = await device.hear()
    assert first["data"] == base64.urlsafe_b64encode(b"\xfb\xff").decode().rstrip("=")
    assert first["headers"] == {"encoding": "aes128gcm"}
    await device.socket.close()

    device, same = await connect(client, push_service, uaid)
    assert (await device.hear(), same) == (first, uaid)
    update = {"channelID": "one", "version": first["version"], "code": 100}
    await device.socket.send_json({"messageType": "ack", "updates": [update]})
    assert await push_service.wait_for_ack(push_service.deliveries[0]) == 100
    await device.socket.close()

    device, _ = await connect(client, push_service, uaid)
    await device.socket.send_str("{}")
    assert await device.hear() == {}


async def test_only_the_last_message_of_a_topic_waits_and_none_without_a_ttl(
    client: ClientSession, push_service: LocalPushService
) -> None:
    device, uaid = await connect(client, push_service)
    endpoint = await device.register()
    async with push_service.devices_offline():
        for body, more in (
            (b"old", {"Topic": "visit"}),
            (b"brief", {"TTL": "0"}),
            (b"plain", {}),
            (b"new", {"Topic": "visit"}),
        ):
            assert await post(client, endpoint, body, PLAIN | more) == 201
    device, _ = await connect(client, push_service, uaid)
    waiting = [base64.urlsafe_b64decode((await device.hear())["data"] + "==") for _ in range(2)]
    await device.socket.send_str("{}")
    assert (waiting, await device.hear()) == ([b"plain", b"new"], {})
    assert [delivery.body for delivery in push_service.deliveries] == [b"old", b"brief", b"plain", b"new"]


async def test_bad_messages_are_refused(client: ClientSession, push_service: LocalPushService) -> None:
    device, _ = await connect(client, push_service)
    endpoint = await device.register()
    assert await post(client, endpoint, headers={"Content-Encoding": "aes128gcm"}) == 400
    assert await post(client, endpoint, headers={"TTL": "60"}) == 400
    assert await post(client, endpoint, b"x" * 4097) == 413
    assert await post(client, f"{push_service.origin}/wpush/unknown") == 410
    await device.ask(messageType="unregister", channelID="one", code=200)
    assert await post(client, endpoint) == 410
    assert [refusal.status for refusal in push_service.refusals] == [400, 400, 413, 410, 410]


async def test_a_subscription_bound_to_a_key_requires_its_signature(
    client: ClientSession, push_service: LocalPushService
) -> None:
    own, other = Vapid02(), Vapid02()
    own.generate_keys()
    other.generate_keys()
    point = own.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    device, _ = await connect(client, push_service)
    endpoint = await device.register(key=b64urlencode(point) + "=")
    good = {"sub": "mailto:tests@example.org", "aud": push_service.origin}

    assert await post(client, endpoint) == 401
    assert await post(client, endpoint, headers=PLAIN | other.sign(good)) == 403
    assert await post(client, endpoint, headers=PLAIN | own.sign(good | {"aud": "https://example.org"})) == 403
    assert await post(client, endpoint, headers=PLAIN | own.sign(good | {"exp": 1})) == 403
    swapped = own.sign(good)["Authorization"].split(",k=")[0] + ",k=" + b64urlencode(point[:-1] + b"\0")
    assert await post(client, endpoint, headers=PLAIN | {"Authorization": swapped}) == 403
    assert await post(client, endpoint, headers=PLAIN | own.sign(good)) == 201


async def test_the_service_answers_as_told_and_then_as_usual(
    client: ClientSession, push_service: LocalPushService
) -> None:
    device, _ = await connect(client, push_service)
    endpoint = await device.register()
    push_service.answer_next(429, headers={"Retry-After": "7"})
    push_service.answer_next(503, times=2)
    async with client.post(endpoint, data=b"sealed", headers=PLAIN) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert [await post(client, endpoint) for _ in range(3)] == [503, 503, 201]
    assert len(push_service.deliveries) == 1


async def test_a_timeout_reports_what_was_seen(push_service: LocalPushService) -> None:
    with pytest.raises(AssertionError, match="0 deliveries"):
        await push_service.wait_for_deliveries(1, seconds=0.01)
