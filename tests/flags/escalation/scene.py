"""A clinic with two staff members on call, and a worker that records what it sends."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.channels.addresses import Mailbox, Number
from server.channels.protocol import Channel, Message, Outcome, Result
from server.db import Database
from server.delivery.claims import next_due
from server.delivery.sender import Sender
from server.flags.escalation import flow as escalation
from server.flags.escalation import status as escalation_status
from server.people import on_call
from server.people.models import Clinic
from server.people.on_call import Contact
from tests.cast import Cast, work_by
from tests.conftest import StillClock
from tests.flags.scene import only_flag
from tests.push_double import PushDouble

MARIAS, KENS = "+12125550150", "+12125550151"


@dataclass
class Line:
    """A text or email channel that records what was sent, to whom and when."""

    name: str
    clock: StillClock
    says: Outcome = field(default_factory=lambda: Outcome(Result.ACCEPTED))
    sent: list[tuple[str, datetime, Message]] = field(default_factory=list)

    async def send(self, address: Any, message: Message) -> Outcome:
        to = address.number if isinstance(address, Number) else address.address
        assert isinstance(address, Number | Mailbox)
        self.sent.append((to, self.clock(), message))
        return self.says

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Rota:
    """`pass_minutes` runs the worker through this time: a tick and then what is due, from one moment to the next."""

    database: Database
    cast: Cast
    clock: StillClock
    push: PushDouble = field(default_factory=PushDouble)

    def __post_init__(self) -> None:
        self.text, self.email = Line("text", self.clock), Line("email", self.clock)
        self.began = self.clock()
        self.able: list[Channel] = [self.text, self.email]

    async def pass_minutes(self, minutes: float) -> None:
        until = self.clock() + timedelta(minutes=minutes)
        worker = Sender(self.database, self.push, self.clock, "https://localhost", self.able)
        while True:
            async with self.database.writing() as db:
                await escalation.escalate(db, self.clock())
            while await worker.tick():
                pass
            if self.clock() >= until:
                return
            self.clock.now = min(until, max(await self._next(), self.clock() + timedelta(seconds=30)))

    async def _next(self) -> datetime:
        async with self.database.reading() as db:
            moments = [await next_due(db), await escalation.next_at(db)]
        return min((moment for moment in moments if moment is not None), default=datetime.max.replace(tzinfo=UTC))

    async def put_on_call(self, wait: int = 10, phones: tuple[str, str] = (MARIAS, KENS)) -> None:
        """Put Maria on call first, then Ken."""
        cast = self.cast
        contacts = {cast.maria.id: Contact(1, phones[0]), cast.ken.id: Contact(2, phones[1])}
        async with self.database.writing() as db:
            clinic = await db.get_one(Clinic, cast.harbor.id)
            assert await on_call.change(work_by(db, cast.ruth, self.clock()), clinic, contacts, wait) is None

    def sent(self) -> list[tuple[int, str, str]]:
        """Who was notified, on which channel and after how many minutes, in order."""
        found = [(at, line.name, to) for line in (self.text, self.email) for to, at, _ in line.sent]
        return [(int((at - self.began).total_seconds() // 60), name, to) for at, name, to in sorted(found)]

    def messages(self) -> str:
        """The text of every message and push."""
        bodies = [message.body for line in (self.text, self.email) for _, _, message in line.sent]
        return " ".join([*bodies, *(json.dumps(json.loads(m.body), ensure_ascii=False) for _, m in self.push.sent)])


@pytest.fixture
async def rota(database: Database, cast: Cast, clock: StillClock) -> Rota:
    of_clinic = Rota(database, cast, clock)
    await of_clinic.put_on_call()
    return of_clinic


async def step(rota: Rota) -> str:
    async with rota.database.reading() as db:
        return await escalation_status.escalation_step(
            db, await only_flag(rota.database), "America/New_York", rota.clock()
        )
