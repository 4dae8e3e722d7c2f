"""Channels that send nothing. They implement server.channels.protocol.Channel and record what they are given."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from server.channels.addresses import PushAddress
from server.channels.protocol import Message, Outcome, Result

ACCEPTED = Outcome(Result.ACCEPTED, 201)


class PushDouble:
    """Answers every send with `says`, or with what `answers` holds for the endpoint. `before` runs first."""

    name = "push"

    def __init__(self, says: Outcome = ACCEPTED) -> None:
        self.says = says
        self.answers: dict[str, Outcome] = {}
        self.sent: list[tuple[PushAddress, Message]] = []
        self.before: Callable[[], Awaitable[None]] | None = None

    async def send(self, address: Any, message: Message) -> Outcome:
        self.sent.append((address, message))
        if self.before is not None:
            await self.before()
        return self.answers.get(address.endpoint, self.says)

    async def close(self) -> None:
        """There is nothing to close."""

    @property
    def ids(self) -> list[str]:
        return [message.id for _, message in self.sent]

    def token(self, which: int = -1) -> str:
        """The answer token of a message that was sent."""
        return str(json.loads(self.sent[which][1].body)["notification"]["data"]["token"])


class EmailDouble(PushDouble):
    """The same for email, whose addresses have no endpoint."""

    name = "email"

    async def send(self, address: Any, message: Message) -> Outcome:
        self.sent.append((address, message))
        return self.says
