"""Signed messages from a text provider, and Rosa with texts, an email address and no phone that takes pushes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from httpx import Response

from server.channels.protocol import ChannelName
from server.db import Database
from server.delivery.sender import Sender
from server.delivery.text_webhook.signature import sign
from server.people.models import Patient
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.conftest import StillClock
from tests.people.texting.scene import ROSAS
from tests.push_double import EmailDouble, PushDouble

SECRET = "a secret of the provider, 36 letters"
PATH = "/texts/incoming"


class TextDouble(EmailDouble):
    """A text service that takes everything."""

    name = ChannelName.TEXT


def body(kind: str = "reply", **fields: Any) -> bytes:
    given = {"id": "m1", "kind": kind, "from": ROSAS, "text": "STOP", "at": NOW.isoformat()} | fields
    return json.dumps(given).encode()


async def send(
    browser: Browser, content: bytes, now: datetime = NOW, headers: Mapping[str, str] | None = None
) -> Response:
    """What the provider sends: no cookie, no origin, a signature."""
    timestamp = str(int(now.timestamp()))
    signed = {"interlude-timestamp": timestamp, "interlude-signature": sign(SECRET, timestamp, content)}
    plain = {"content-type": "application/json", "accept": "application/json"}
    return await browser.http.post(PATH, content=content, headers=plain | signed | dict(headers or {}))


async def reachable_by_text(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.text_consent_at, rosa.email = NOW, "rosa@example.org"


class Services:
    """A worker whose services record what they are given."""

    def __init__(self, database: Database, clock: StillClock) -> None:
        self.text, self.email = TextDouble(), EmailDouble()
        self.sender = Sender(database, PushDouble(), clock, "https://localhost", [self.text, self.email])

    @property
    def sent(self) -> tuple[int, int]:
        """How many texts and how many emails."""
        return len(self.text.sent), len(self.email.sent)

    async def run(self) -> None:
        """Ticks run until nothing more is due at this moment."""
        while await self.sender.tick():
            pass
