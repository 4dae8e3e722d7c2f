"""The outside services on loopback: push, mail and text messages. They record what they receive."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.channels.push_service import Phone, PushService


@dataclass(frozen=True)
class Pushed:
    """A push that the service answered: for which phone, with which Topic and tag, and with which status."""

    phone: str
    topic: str
    tag: str
    status: int


@dataclass
class Services:
    """`phones` holds their keys by name, and `answers` the statuses to give in turn. The last status is repeated."""

    phones: dict[str, Phone] = field(default_factory=lambda: defaultdict(Phone))
    answers: dict[str, list[int]] = field(default_factory=dict)
    push: PushService = field(default_factory=PushService)
    pushes: list[Pushed] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)  # their Message-IDs
    written_to: list[str] = field(default_factory=list)  # one address for each letter
    texts: list[tuple[str, str]] = field(default_factory=list)  # number and body
    mail_port: int = 0
    text_port: int = 0
    gates: dict[str, asyncio.Event] = field(default_factory=dict)  # the next push to this phone waits for this event

    def forget(self) -> None:
        for kept in (self.pushes, self.letters, self.written_to, self.texts, self.push.came):
            kept.clear()

    @property
    def ports(self) -> dict[int, str]:
        return {self.push.port: "push", self.mail_port: "mail", self.text_port: "text"}

    def endpoint(self, phone: str) -> str:
        return f"http://127.0.0.1:{self.push.port}/push/{phone}"

    async def take_push(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        statuses = self.answers.get(name, [201])
        before = sum(push.phone == name for push in self.pushes)
        status = statuses[min(before, len(statuses) - 1)]
        plain = json.loads(self.phones[name].open(await request.read()))
        self.pushes.append(Pushed(name, request.headers["Topic"], plain["notification"]["tag"], status))
        if gate := self.gates.pop(name, None):
            await gate.wait()
        return web.Response(status=status)

    async def take_text(self, request: web.Request) -> web.Response:
        with suppress(ConnectionError):  # the sender was killed while it sent
            self.texts.append((request.path[1:], json.loads(await request.text())["message"]))
        return web.Response()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content)["Message-ID"])
        self.written_to += envelope.rcpt_tos
        return "250 OK"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Services"]:
        self.push.answer = self.take_push
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        self.mail_port = mail.sockets[0].getsockname()[1]
        app = web.Application()
        app.router.add_post("/{to}", self.take_text)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.text_port = runner.addresses[0][1]
        async with self.push.running():
            yield self
        mail.close()
        await runner.cleanup()
