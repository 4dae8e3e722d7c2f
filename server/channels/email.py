"""Email by SMTP: plain text, private by default, with one link that needs no sign-in."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib

from server.channels.addresses import Mailbox
from server.channels.protocol import ChannelName, Message, Outcome, Result
from server.clock import Clock
from server.settings import BadSetting
from server.typed import email_address


class BadSmtpUrl(BadSetting):
    """INTERLUDE_SMTP_URL names no server, or no sender that can send anything."""


@dataclass(frozen=True)
class Server:
    """From `smtp://user:password@host:587?from=Clinic <care@example.org>`; `smtps` is TLS from the first byte."""

    host: str
    port: int
    sender: str
    tls: bool = False
    start_tls: bool | None = None
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def read_server(url: str) -> Server:
    """Parse INTERLUDE_SMTP_URL. Raises BadSmtpUrl. With a user name, STARTTLS is required to protect the password."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or _port(parts) is None:
        raise BadSmtpUrl("INTERLUDE_SMTP_URL is smtp://user:password@host:587?from=care@example.org")
    sender = _sender(parts.query)
    tls = parts.scheme == "smtps"
    return Server(
        host=parts.hostname,
        port=_port(parts) or (465 if tls else 587),
        sender=sender,
        tls=tls,
        start_tls=None if tls or not parts.username else True,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _port(parts: SplitResult) -> int | None:
    """The port; 0 if the URL names none, None if it is not a valid port."""
    try:
        return parts.port or 0
    except ValueError:
        return None


def _sender(query: str) -> str:
    """The From field. A + stays a plus sign, as in an email address; in a web form it would be a space (case 85)."""
    given = parse_qs(query.replace("+", "%2B")).get("from", [""])[0]
    found = email_address.sender(given)
    if found is None:
        raise BadSmtpUrl(
            f"INTERLUDE_SMTP_URL: no email can be sent from {given!r}; write from=care@example.org or "
            "from=Harbor Clinic <care@example.org>"
        )
    return found


class EmailChannel:
    name = ChannelName.EMAIL

    def __init__(
        self, server: Server, *, now: Clock, deadline: float = 20.0, tls: ssl.SSLContext | None = None
    ) -> None:
        """`deadline` is the limit for a whole send, in seconds."""
        self._server, self._now, self._deadline, self._tls = server, now, deadline, tls

    async def send(self, address: Mailbox, message: Message) -> Outcome:
        """Send once. UNKNOWN if no reply comes after hand-over; never retried, as a second copy would show."""
        handed_over = False

        def about_to_hand_over() -> None:
            nonlocal handed_over
            handed_over = True

        try:
            async with asyncio.timeout(self._deadline):
                return await self._converse(self._letter(address, message), about_to_hand_over)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            return outcome_of(error, handed_over)

    async def close(self) -> None:
        """Nothing to close: each email has its own connection."""

    async def _converse(self, letter: EmailMessage, about_to_hand_over: Callable[[], None]) -> Outcome:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=server.start_tls,
            username=server.user,
            password=server.password,
            tls_context=self._tls,
            timeout=self._deadline,
        )
        await client.connect()
        about_to_hand_over()
        try:
            await client.send_message(letter)
        finally:
            client.close()  # no QUIT: if QUIT failed, an accepted email would look uncertain
        return Outcome(Result.ACCEPTED, 250)

    def _letter(self, address: Mailbox, message: Message) -> EmailMessage:
        subject, _, body = message.body.partition("\n")
        letter = EmailMessage()
        letter["From"], letter["To"] = self._server.sender, email_address.sendable(address.address)
        letter["Subject"] = subject
        letter["Date"] = format_datetime(self._now())
        letter["Message-ID"] = make_msgid(
            idstring=message.id, domain=self._server.sender.rpartition("@")[2].strip(" >")
        )
        letter["Auto-Submitted"] = "auto-generated"
        if message.stop_url:
            letter["List-Unsubscribe"] = f"<{message.stop_url}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        letter.set_content(body)
        return letter


def outcome_of(error: Exception, handed_over: bool) -> Outcome:
    """The server's reply decides. Without one, the result is UNKNOWN once the email may have been handed over."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = error.recipients[0].code if error.recipients else 550
        return Outcome(Result.REJECTED if code >= 500 else Result.LATER, code, "the address was refused")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Outcome(Result.REFUSED, error.code, "the mail server refused our sign-in")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Outcome(Result.REJECTED if error.code >= 500 else Result.LATER, error.code, "the mail server said no")
    if isinstance(error, ValueError):
        return Outcome(Result.REJECTED, reason="no letter can be made for this address")
    return Outcome(Result.UNKNOWN if handed_over else Result.LATER, reason=type(error).__name__)
