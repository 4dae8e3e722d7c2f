"""The protocol of every channel: what it is given and what it returns."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class ChannelName(StrEnum):
    PUSH = "push"
    TEXT = "text"
    EMAIL = "email"


class MessageUrgency(StrEnum):
    """RFC 8030 §5.3: a device on battery may postpone less urgent messages."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Result(StrEnum):
    """The result of one attempt. It decides what may follow."""

    ACCEPTED = "accepted"  # the service took it; we don't know yet whether a device shows it
    GONE = "gone"  # the address no longer exists: forget it
    REJECTED = "rejected"  # the service will never take this message: no retry, keep the address
    REFUSED = "refused"  # the service refuses us: count it for the circuit breaker, keep the address
    LATER = "later"  # the service certainly did not take it: retry after a while, keep the address
    UNKNOWN = "unknown"  # the service may have taken it: we got no answer


@dataclass(frozen=True)
class Outcome:
    """`status` is the service's own code; `reason` may be logged and shown to staff: no address, key or content.

    `retry_after` is in seconds; None if the service named no time.
    """

    result: Result
    status: int | None = None
    reason: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Message:
    """`id` is the reminder's, 32 hex characters: two pushes with the same id show as one.

    `body` is the plaintext, for push JSON; `ttl` is how long it is worth delivering, in seconds; `urgency` is
    very-low, low, normal or high (RFC 8030 §5.3).
    """

    id: str
    body: str = field(repr=False)  # contains a token that can answer for the patient
    ttl: int
    urgency: MessageUrgency = MessageUrgency.NORMAL
    stop_url: str = field(default="", repr=False)  # the link that unsubscribes from emails (RFC 8058)


class Channel(Protocol):
    """One way to reach a person. Each has its own kind of address."""

    @property
    def name(self) -> str: ...

    async def send(self, address: Any, message: Message) -> Outcome:
        """Try once, within the channel's own deadline. Failures are outcomes, never exceptions."""
        ...

    async def close(self) -> None: ...
