"""Web push (RFC 8030), encrypted for the device (RFC 8291) and signed by us (RFC 8292).

Only this module imports pywebpush and py_vapid. It uses their encryption and signing, not their sending.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.jwt import sign
from pywebpush import WebPusher

from server.channels.protocol import ChannelName, Message, Outcome, Result
from server.channels.push.endpoints import (
    BadEndpoint,
    BadKeys,
    HostList,
    check_endpoint,
    check_keys,
    from_base64url,
    origin_of,
    outcome_of,
    retry_after,
)
from server.channels.push.http_client import MaybeDelivered, NotDelivered, PushHttpClient
from server.clock import Clock
from server.crypto import b64

LONGEST_PAYLOAD = 2048  # bytes of plaintext
LONGEST_TTL = 28 * 24 * 3600  # seconds; Google's service answers 400 to more
TOKEN_LIFE = timedelta(hours=12)  # RFC 8292 §2 allows 24 hours
TOKEN_REST = timedelta(minutes=10)
MOST_TOKENS = 256

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_DOMAIN = r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*[a-z0-9]"
_SUBJECT = re.compile(rf"mailto:[^\s@<>,;:?\"\\]+@{_DOMAIN}|https://{_DOMAIN}(?:/\S*)?", re.IGNORECASE)
_REASON = re.compile(r"[A-Za-z0-9_-]{1,40}")


class BadVapidKey(ValueError):
    """Not a private key that can sign pushes."""


class BadSubject(ValueError):
    """Invalid VAPID subject: not a contactable mailto: or https: URI."""


class _Unsendable(ValueError):
    """This message can never be sent."""


@dataclass(frozen=True)
class PushAddress:
    """A browser's PushSubscription, and the id of the VAPID key it was made with ("" for the current one)."""

    endpoint: str = field(repr=False)  # secret: anyone who knows it can push
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    vapid_key_id: str = ""


class PushChannel:
    """Sends to push services. One instance serves the whole process, in one event loop."""

    name = ChannelName.PUSH

    def __init__(
        self,
        keys: Mapping[str, str],
        subject: str,
        hosts: HostList,
        *,
        now: Clock,
        deadline: float = 10.0,
    ) -> None:
        """`keys` maps VAPID key ids to raw P-256 private values in base64url, the current one first.

        `subject` is where a service can contact us, mailto: or https:. `deadline` is the limit for a whole send,
        in seconds. Raises BadVapidKey or BadSubject.
        """
        self._hosts = hosts
        self._now = now
        self._signer = _Signer(keys, subject, now)
        self._wire = PushHttpClient(hosts, deadline=deadline)

    async def send(self, address: PushAddress, message: Message) -> Outcome:
        try:
            check_endpoint(address.endpoint, self._hosts)
            headers = self._headers(address, message)
            body = _encrypted(address, _payload(message))
        except (BadEndpoint, BadKeys, _Unsendable) as error:
            return Outcome(Result.REJECTED, reason=str(error))
        return await self._post(address.endpoint, headers, body)

    async def close(self) -> None:
        await self._wire.close()

    def _headers(self, address: PushAddress, message: Message) -> dict[str, str]:
        if not _TOPIC.fullmatch(message.id):
            raise _Unsendable("the message's id is not 1 to 32 base64url characters")
        return {
            "Authorization": self._signer.header(address.vapid_key_id, origin_of(address.endpoint)),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(min(max(message.ttl, 0), LONGEST_TTL)),
            "Topic": message.id,
            "Urgency": message.urgency,
        }

    async def _post(self, endpoint: str, headers: dict[str, str], body: bytes) -> Outcome:
        try:
            answer = await self._wire.post(endpoint, headers, body)
        except NotDelivered as error:
            return Outcome(Result.LATER, reason=str(error))
        except MaybeDelivered as error:
            return Outcome(Result.UNKNOWN, reason=str(error))
        wait = retry_after(answer.retry_after, self._now())
        return outcome_of(answer.status, wait, service_reason(answer.body))


def _payload(message: Message) -> bytes:
    payload = message.body.encode(errors="replace")  # replace lone surrogates instead of raising
    if not payload:
        raise _Unsendable("the message is empty")
    if len(payload) > LONGEST_PAYLOAD:
        raise _Unsendable(f"the message is longer than {LONGEST_PAYLOAD} bytes")
    return payload


def _encrypted(address: PushAddress, payload: bytes) -> bytes:
    point, secret = check_subscription_keys(address.p256dh, address.auth)
    device = {"endpoint": address.endpoint, "keys": {"p256dh": b64(point), "auth": b64(secret)}}
    body: bytes = WebPusher(device).encode(payload, content_encoding="aes128gcm")["body"]
    return body


def service_reason(body: bytes) -> str:
    """The word by which Apple (`reason`) or Mozilla (`errno`) names an error; "" if there is none.

    We keep nothing else of the response, because it may repeat the address.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    reason = str(answer.get("reason") or answer.get("errno") or "") if isinstance(answer, dict) else ""
    return reason if _REASON.fullmatch(reason) else ""


def check_subscription_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The subscription's public key and secret, decoded. Raises BadKeys, also for a point off the curve."""
    point, secret = check_keys(p256dh, auth)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise BadKeys("p256dh is not a point on the curve P-256") from error
    return point, secret


def new_vapid_key() -> str:
    """A raw P-256 private value in base64url, as PushChannel takes it."""
    value = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return b64(value.to_bytes(32, "big"))


def vapid_public_key(private: str) -> str:
    """The browser's `applicationServerKey`: an uncompressed point, base64url. Raises BadVapidKey."""
    return _public(_private(private))


def _private(raw: str) -> ec.EllipticCurvePrivateKey:
    try:
        value = from_base64url(raw)
        if len(value) == 32:
            return ec.derive_private_key(int.from_bytes(value, "big"), ec.SECP256R1())
    except ValueError as error:
        raise BadVapidKey("not a private value of the curve P-256 in base64url") from error
    raise BadVapidKey("a VAPID private key is 32 bytes in base64url")


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return b64(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@dataclass(frozen=True)
class _Token:
    header: str
    ends: datetime


class _Signer:
    """One Authorization header per origin and key, signed again shortly before it expires."""

    def __init__(self, keys: Mapping[str, str], subject: str, now: Clock) -> None:
        if not keys:
            raise BadVapidKey("pushing needs at least one VAPID key")
        if not _SUBJECT.fullmatch(subject):
            raise BadSubject("the push subject is mailto: with a full address, or an https address")
        self._keys = {key_id: _private(raw) for key_id, raw in keys.items()}
        self._subject = subject
        self._now = now
        self._tokens: dict[tuple[str, str], _Token] = {}

    def header(self, key_id: str, origin: str) -> str:
        key_id = key_id or next(iter(self._keys))
        token = self._tokens.get((key_id, origin))
        # Renew it when it is about to expire, or when a clock set back makes it valid for longer than services accept.
        if token is None or not TOKEN_REST <= token.ends - self._now() <= TOKEN_LIFE:
            token = self._tokens[key_id, origin] = self._signed(key_id, origin)
        return token.header

    def _signed(self, key_id: str, origin: str) -> _Token:
        if key_id not in self._keys:
            raise _Unsendable("the VAPID key of this subscription is no longer held; the device has to subscribe anew")
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens.clear()  # a vendor has a few origins; this many are an attack
        key, ends = self._keys[key_id], self._now() + TOKEN_LIFE
        claims = {"aud": origin, "exp": int(ends.timestamp()), "sub": self._subject}
        return _Token(f"vapid t={sign(claims, key)}, k={_public(key)}", ends)
