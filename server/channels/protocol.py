"""What every channel is given, and what it answers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Result(StrEnum):
    """How one attempt ended, in terms of what may follow."""

    ACCEPTED = "accepted"  # the service took it; whether a device shows it is not known yet
    GONE = "gone"  # the address has ended: forget it
    REJECTED = "rejected"  # this message will never be taken: no retry, the address stays
    REFUSED = "refused"  # the service does not let us in: open its breaker, the address stays
    LATER = "later"  # surely not taken: retry after a while, the address stays
    UNKNOWN = "unknown"  # perhaps taken: we never learned


@dataclass(frozen=True)
class Outcome:
    """`status` is the service's own code; `why` is fit for logs and staff: no address, key or content.

    `retry_after` is in seconds, and None where the service named no time.
    """

    result: Result
    status: int | None = None
    why: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Message:
    """`id` is the reminder's, 32 hex characters: what is sent twice under it is seen once.

    `body` is the plaintext, JSON; `ttl` is how long it is worth delivering, in seconds; `urgency` is
    very-low, low, normal or high (RFC 8030 §5.3).
    """

    id: str
    body: str = field(repr=False)  # holds a token that answers for the patient
    ttl: int
    urgency: str = "normal"


class Channel(Protocol):
    """One way to reach a person. Each has its own kind of address."""

    @property
    def name(self) -> str: ...

    async def send(self, address: Any, message: Message) -> Outcome:
        """Try once, within the channel's own deadline. What goes wrong is an outcome, not an exception."""
        ...

    async def close(self) -> None: ...
