"""The address type of each channel, apart from the channels: importing it loads no library that sends."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


@dataclass(frozen=True)
class PushAddress:
    """A browser's PushSubscription, and the id of the VAPID key it was made with ("" for the current one)."""

    endpoint: str = field(repr=False)  # secret: anyone who knows it can push
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    vapid_key_id: str = ""

    @cached_property
    def service(self) -> str:
        """The host and port of the push service."""
        return urlsplit(self.endpoint).netloc


@dataclass(frozen=True)
class Mailbox:
    address: str = field(repr=False)


@dataclass(frozen=True)
class Number:
    """`number` is E.164, such as "+12125550140"."""

    number: str = field(repr=False)
