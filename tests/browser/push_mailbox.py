"""The state of a push service: subscriptions, and messages that a device has not acknowledged."""

import base64
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Clock = Callable[[], float]


@dataclass(eq=False)
class Delivery:
    """One accepted POST, as it came in.

    `ack` is the browser's verdict: 100 taken, 101 not decryptable, 102 not delivered, 301 to 303 when the worker
    failed.
    """

    subscription: str
    headers: Mapping[str, str]
    body: bytes
    ttl: int
    arrived: float
    message_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    ack: int | None = None

    @property
    def topic(self) -> str | None:
        return self.headers.get("Topic")

    def notification(self, channel: str) -> dict[str, Any]:
        message = {"messageType": "notification", "channelID": channel, "version": self.message_id}
        if not self.body:
            return message
        data = base64.urlsafe_b64encode(self.body).rstrip(b"=").decode()
        return message | {"data": data, "headers": _encryption_headers(self.headers)}


def _encryption_headers(headers: Mapping[str, str]) -> dict[str, str]:
    named = {
        "encoding": headers.get("Content-Encoding"),
        "encryption": headers.get("Encryption"),
        "crypto_key": headers.get("Crypto-Key"),
    }
    return {name: value for name, value in named.items() if value}


@dataclass(eq=False)
class Subscription:
    """One channel of one device. `key` is the VAPID key to which it is bound, if any."""

    id: str
    device: str
    channel: str
    key: str | None
    pending: list[Delivery] = field(default_factory=list)

    def keep(self, delivery: Delivery) -> None:
        if delivery.topic:
            self.pending = [other for other in self.pending if other.topic != delivery.topic]
        self.pending.append(delivery)


class Mailbox:
    def __init__(self, now: Clock = time.time) -> None:
        self._now = now
        self.subscriptions: dict[str, Subscription] = {}

    def register(self, device: str, channel: str, key: str | None) -> Subscription:
        # If the answer was lost and the browser asks again, it gets the same endpoint.
        for existing in self._of(device):
            if existing.channel == channel:
                return existing
        subscription = Subscription(secrets.token_urlsafe(24), device, channel, key)
        self.subscriptions[subscription.id] = subscription
        return subscription

    def unregister(self, device: str, channel: str) -> None:
        gone = [subscription.id for subscription in self._of(device) if subscription.channel == channel]
        for subscription_id in gone:
            del self.subscriptions[subscription_id]

    def acknowledge(self, device: str, message_id: str, code: int) -> None:
        for subscription in self._of(device):
            for delivery in [each for each in subscription.pending if each.message_id == message_id]:
                delivery.ack = code
                subscription.pending.remove(delivery)

    def undelivered(self, device: str) -> list[dict[str, Any]]:
        """Notifications for a device that has just connected, oldest first."""
        waiting = [
            (delivery, subscription.channel) for subscription in self._of(device) for delivery in subscription.pending
        ]
        fresh = [pair for pair in waiting if pair[0].arrived + pair[0].ttl > self._now()]
        return [delivery.notification(channel) for delivery, channel in sorted(fresh, key=lambda pair: pair[0].arrived)]

    def knows(self, device: str) -> bool:
        return any(self._of(device))

    def _of(self, device: str) -> list[Subscription]:
        return [subscription for subscription in self.subscriptions.values() if subscription.device == device]
