"""The push request: encrypted for the phone, signed with our key, with the right headers."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from server.channels.addresses import PushAddress
from server.channels.protocol import Channel, Message, MessageUrgency, Outcome, Result
from server.channels.push.channel import PushChannel
from server.channels.push.vapid_keys import new_vapid_key, vapid_public_key
from tests.channels.conftest import NOW, SUBJECT, loopback
from tests.channels.push_service import TOKEN, Phone, PushService, b64, saying, vapid_claims

BODY = '{"id": "r1", "text": "Ein Termin – morgen"}'
MESSAGE = Message("0123456789abcdef0123456789abcdef", BODY, 7200, MessageUrgency.HIGH)
OLD, NEW = new_vapid_key(), new_vapid_key()


class Bench:
    """A channel with a clock to set, the push service that it reaches, and a phone."""

    def __init__(self, service: PushService) -> None:
        self.service, self.phone, self.moment = service, Phone(), NOW
        self.channel = PushChannel(
            {"new": NEW, "old": OLD}, SUBJECT, loopback(service.port), now=self.now, deadline=5.0
        )

    def now(self) -> datetime:
        return self.moment

    async def send(self, message: Message = MESSAGE, key_id: str = "") -> Outcome:
        return await self.channel.send(self.phone.address(self.service.endpoint, key_id), message)

    async def authorization(self, key_id: str = "") -> str:
        await self.send(key_id=key_id)
        return self.service.came[-1].headers["Authorization"]


@pytest.fixture
async def bench(service: PushService) -> AsyncIterator[Bench]:
    bench = Bench(service)
    yield bench
    await bench.channel.close()


async def test_the_phone_can_read_the_push(bench: Bench) -> None:
    assert await bench.send() == Outcome(Result.ACCEPTED, 201)
    [came] = bench.service.came
    assert bench.phone.open(came.body) == MESSAGE.body
    assert MESSAGE.body.encode() not in came.body
    assert came.path == f"/push/{TOKEN}"


async def test_the_headers_follow_the_rfcs(bench: Bench) -> None:
    await bench.send()
    headers = bench.service.came[0].headers
    assert headers["TTL"] == "7200"
    assert headers["Urgency"] == "high"
    assert headers["Topic"] == MESSAGE.id
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["User-Agent"] == "interlude"
    assert not {"Cookie", "Accept-Encoding", "Transfer-Encoding", "Expect"} & set(headers)


async def test_the_token_names_the_service_the_subject_and_the_expiry(bench: Bench) -> None:
    claims = vapid_claims(await bench.authorization(), vapid_public_key(NEW))
    assert claims == {
        "aud": f"http://127.0.0.1:{bench.service.port}",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": SUBJECT,
    }


async def test_a_token_is_reused_until_shortly_before_it_expires(bench: Bench) -> None:
    first = await bench.authorization()
    bench.moment += timedelta(hours=11, minutes=50)
    assert await bench.authorization() == first
    bench.moment += timedelta(seconds=1)
    second = await bench.authorization()
    assert vapid_claims(second, vapid_public_key(NEW))["exp"] > vapid_claims(first, vapid_public_key(NEW))["exp"]


async def test_a_clock_that_is_set_back_signs_a_new_token(bench: Bench) -> None:
    """A service would refuse a token from the year 2200: RFC 8292 allows 24 hours."""
    bench.moment = NOW.replace(year=2200)
    await bench.authorization()
    bench.moment = NOW
    claims = vapid_claims(await bench.authorization(), vapid_public_key(NEW))
    assert claims["exp"] == int((NOW + timedelta(hours=12)).timestamp())


async def test_tokens_for_made_up_origins_do_not_accumulate(bench: Bench) -> None:
    first = await bench.authorization()
    for number in range(300):
        keyless = PushAddress(f"https://a{number}.notify.windows.com/a", "", "")
        assert (await bench.channel.send(keyless, MESSAGE)).result is Result.REJECTED
    assert await bench.authorization() != first


async def test_case_34_an_old_key_works_until_the_devices_have_subscribed_again(bench: Bench) -> None:
    assert vapid_claims(await bench.authorization("old"), vapid_public_key(OLD))
    assert vapid_claims(await bench.authorization("new"), vapid_public_key(NEW))
    outcome = await bench.send(key_id="older")
    assert outcome.result is Result.REJECTED
    assert "subscribe anew" in outcome.reason


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("x" * 2048, Result.ACCEPTED),
        ("é" * 1024, Result.ACCEPTED),
        ("\ud800", Result.ACCEPTED),
        ("x" * 2049, Result.REJECTED),
        ("é" * 1025, Result.REJECTED),
        ("", Result.REJECTED),
    ],
)
async def test_case_25_a_payload_that_is_too_long_is_never_sent(bench: Bench, body: str, result: Result) -> None:
    outcome = await bench.send(Message(MESSAGE.id, body, 60))
    assert outcome.result is result
    assert len(bench.service.came) == (result is Result.ACCEPTED)


@pytest.mark.parametrize(("ttl", "sent"), [(-5, "0"), (0, "0"), (10**9, "2419200")])
async def test_the_ttl_stays_within_the_limits_of_the_services(bench: Bench, ttl: int, sent: str) -> None:
    await bench.send(Message(MESSAGE.id, "{}", ttl))
    assert bench.service.came[0].headers["TTL"] == sent


@pytest.mark.parametrize(
    "message",
    [
        Message("", "{}", 60),
        Message("01234567-89ab-cdef-0123-456789abcdef", "{}", 60),
        Message("a b", "{}", 60),
        Message("a\r\nX: y", "{}", 60),
    ],
)
async def test_a_message_that_every_service_would_refuse_is_not_sent(bench: Bench, message: Message) -> None:
    assert (await bench.send(message)).result is Result.REJECTED
    assert not bench.service.came


async def test_sends_share_a_connection_and_keep_no_cookies(bench: Bench) -> None:
    bench.service.answer = saying(201, Set_Cookie="track=1; Path=/")
    await bench.send()
    await bench.send()
    first, second = bench.service.came
    assert first.peer == second.peer
    assert "Cookie" not in second.headers


async def test_a_closed_channel_opens_again(bench: Bench) -> None:
    await bench.send()
    await bench.channel.close()
    assert (await bench.send()).result is Result.ACCEPTED


def test_a_repr_shows_no_secret() -> None:
    address = Phone().address(f"https://push.example.org/{TOKEN}")
    shown = repr(address) + repr(Message("a", TOKEN, 1))
    assert not any(secret in shown for secret in (TOKEN, address.p256dh, address.auth))


def test_the_channel_implements_the_protocol(bench: Bench) -> None:
    channel: Channel = bench.channel
    assert channel.name == "push"


async def test_case_31_bad_stored_keys_give_an_outcome_and_no_exception(bench: Bench) -> None:
    good = bench.phone.address(bench.service.endpoint)
    off = PushAddress(good.endpoint, b64(b"\x04" + b"\x01" * 64), good.auth)
    assert (await bench.channel.send(off, MESSAGE)).result is Result.REJECTED
    assert not bench.service.came
