"""Web push (RFC 8030), encrypted for the device (RFC 8291) and signed by us (RFC 8292).

Only this module imports pywebpush, for its encryption and not for its sending. While other pushes are in progress, our
own encryption does the same in less CPU time.
"""

import re
from collections.abc import Mapping

from server.channels.addresses import PushAddress
from server.channels.protocol import ChannelName, Message, Outcome, Result
from server.channels.push.encryption import device_key, encrypt
from server.channels.push.endpoints import BadEndpoint, check_endpoint
from server.channels.push.host_list import HostList
from server.channels.push.http_client import MaybeDelivered, NotDelivered, PushHttpClient
from server.channels.push.service_response import outcome_of, retry_after, service_reason
from server.channels.push.subscription_keys import BadKeys
from server.channels.push.vapid import LostVapidKey, Signer
from server.clock import Clock
from server.crypto import b64

LONGEST_PAYLOAD = 2048  # bytes of plaintext
LONGEST_TTL = 28 * 24 * 3600  # seconds; Google's service answers 400 to more

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class _Unsendable(ValueError):
    """This message can never be sent."""


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
        self._signer = Signer(keys, subject, now)
        self._wire = PushHttpClient(hosts, deadline=deadline)
        self._in_progress = 0

    async def send(self, address: PushAddress, message: Message) -> Outcome:
        encrypted = _encrypted_among_others if self._in_progress else _encrypted
        try:
            origin = check_endpoint(address.endpoint, self._hosts)
            headers = self._headers(origin, address, message)
            body = encrypted(address, _payload(message))
        except (BadEndpoint, BadKeys, LostVapidKey, _Unsendable) as error:
            return Outcome(Result.REJECTED, reason=str(error))
        self._in_progress += 1
        try:
            return await self._post(address.endpoint, headers, body)
        finally:
            self._in_progress -= 1

    async def close(self) -> None:
        await self._wire.close()

    def _headers(self, origin: str, address: PushAddress, message: Message) -> dict[str, str]:
        if not _TOPIC.fullmatch(message.id):
            raise _Unsendable("the message's id is not 1 to 32 base64url characters")
        return {
            "Authorization": self._signer.header(address.vapid_key_id, origin),
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


def _encrypted_among_others(address: PushAddress, payload: bytes) -> bytes:
    return encrypt(payload, device_key(address.p256dh, address.auth))


def _encrypted(address: PushAddress, payload: bytes) -> bytes:
    from pywebpush import WebPusher

    key = device_key(address.p256dh, address.auth)
    device = {"endpoint": address.endpoint, "keys": {"p256dh": b64(key.point), "auth": b64(key.secret)}}
    body: bytes = WebPusher(device).encode(payload, content_encoding="aes128gcm")["body"]
    return body
