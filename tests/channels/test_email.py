"""Email to a real SMTP server that the tests run, and to servers that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Letter

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from server.channels.addresses import Mailbox
from server.channels.email import BadSmtpUrl, EmailChannel, Server, read_server
from server.channels.protocol import Message, Result

NOW = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
MESSAGE = Message("a" * 32, "You have a visit coming up\nOpen to see when.\n\nhttps://localhost/go/t", ttl=60)
ROSA = Mailbox("rosa@example.org")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Inbox:
    """Keeps every letter, or answers RCPT or DATA as a test tells it."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.letters: list[Letter] = []

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.data.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content))
        return self.data


@asynccontextmanager
async def mail_server(inbox: Inbox) -> AsyncIterator[Server]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield Server("127.0.0.1", port, "Clinic <care@example.org>")
    server.close()


@asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[Server]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield Server("127.0.0.1", server.sockets[0].getsockname()[1], "care@example.org")
    server.close()


def channel(server: Server, deadline: float = 5.0) -> EmailChannel:
    return EmailChannel(server, now=lambda: NOW, deadline=deadline)


async def test_a_letter_is_plain_private_and_names_its_sender() -> None:
    inbox = Inbox()
    async with mail_server(inbox) as server:
        outcome = await channel(server).send(ROSA, MESSAGE)
    [letter] = inbox.letters
    assert outcome.result is Result.ACCEPTED
    assert (letter["Subject"], letter["To"]) == ("You have a visit coming up", "rosa@example.org")
    assert letter.get_content_type() == "text/plain"
    assert "https://localhost/go/t" in str(letter.get_payload())
    assert letter["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("rcpt", "data", "result"),
    [
        ("550 no such user", "250 OK", Result.REJECTED),
        ("451 try later", "250 OK", Result.LATER),
        ("250 OK", "554 spam", Result.REJECTED),
        ("250 OK", "452 full", Result.LATER),
    ],
)
async def test_the_answer_of_the_server_decides_the_outcome(rcpt: str, data: str, result: Result) -> None:
    async with mail_server(Inbox(rcpt, data)) as server:
        assert (await channel(server).send(ROSA, MESSAGE)).result is result


async def test_an_unreachable_server_is_tried_later() -> None:
    async with mail_server(Inbox()) as server:
        pass
    assert (await channel(server).send(ROSA, MESSAGE)).result is Result.LATER


async def test_silence_before_the_letter_is_tried_later() -> None:
    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    async with raw_server(say_nothing) as server:
        assert (await channel(server, deadline=0.2).send(ROSA, MESSAGE)).result is Result.LATER


async def test_silence_after_the_letter_makes_the_outcome_unknown() -> None:
    async def take_and_hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
            elif line == b".\r\n":
                await asyncio.sleep(1)
            elif line[:4].upper() in (b"EHLO", b"MAIL", b"RCPT"):
                writer.write(b"250 OK\r\n")
        writer.close()

    async with raw_server(take_and_hang) as server:
        assert (await channel(server, deadline=0.4).send(ROSA, MESSAGE)).result is Result.UNKNOWN


async def test_a_line_break_in_an_address_is_refused() -> None:
    async with mail_server(Inbox()) as server:
        outcome = await channel(server).send(Mailbox("rosa@example.org\r\nBcc: all@example.org"), MESSAGE)
    assert outcome.result is Result.REJECTED


def test_the_address_of_the_server_is_read() -> None:
    server = read_server("smtps://me%40x:p%3Aw@mail.example.org?from=care@example.org")
    assert (server.host, server.port, server.tls, server.user, server.password) == (
        "mail.example.org",
        465,
        True,
        "me@x",
        "p:w",
    )
    assert read_server("smtp://u:p@h?from=a@b.c").start_tls is True
    for wrong in ("http://h?from=a@b.c", "smtp://h", "smtp://?from=a@b.c", "smtp://h?from=nobody"):
        with pytest.raises(BadSmtpUrl):
            read_server(wrong)


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("care+clinic@example.org", "care+clinic@example.org"),
        ("Harbor, Main Street <care@example.org>", '"Harbor, Main Street" <care@example.org>'),
        ("Harbor%20Clinic%20%3Ccare%40example.org%3E", "Harbor Clinic <care@example.org>"),
    ],
)
async def test_case_85_a_sender_with_a_plus_or_a_comma_arrives_as_it_was_meant(sender: str, shown: str) -> None:
    inbox = Inbox()
    async with mail_server(inbox) as server:
        read = read_server(f"smtp://127.0.0.1:{server.port}?from={sender}")
        assert (await channel(read).send(ROSA, MESSAGE)).result is Result.ACCEPTED
    assert inbox.letters[0]["From"] == shown


@pytest.mark.parametrize(
    "url",
    ["smtp://a.example:port?from=care@example.org", "smtp://a.example?from=care@", "smtp://a.example?from=Harbor",
     "smtp://a.example?from=care@clinic.invalid", "smtp://a.example?from=a@example.org,b@example.org"],
)  # fmt: skip
def test_case_80_a_server_or_sender_that_can_send_nothing_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match="INTERLUDE_SMTP_URL"):
        read_server(url)


async def test_case_128_an_email_has_the_headers_of_one_click_unsubscribing() -> None:
    inbox, stop = Inbox(), "https://localhost/stop-email/t"
    async with mail_server(inbox) as server:
        await channel(server).send(ROSA, replace(MESSAGE, stop_url=stop))
        await channel(server).send(ROSA, MESSAGE)
    assert inbox.letters[0]["List-Unsubscribe"] == f"<{stop}>"
    assert inbox.letters[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert inbox.letters[1]["List-Unsubscribe"] is None
