"""Text messages by any provider that apprise supports. In INTERLUDE_TEXT_URL, {to} stands for the number."""

import asyncio
import re
from dataclasses import dataclass, field

import apprise

from server.channels.protocol import ChannelName, Message, Outcome, Result
from server.settings import BadSetting

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


class BadTextUrl(BadSetting):
    """INTERLUDE_TEXT_URL is not an apprise URL, or has no {to}."""


@dataclass(frozen=True)
class Number:
    """`number` is E.164, such as "+12125550140"."""

    number: str = field(repr=False)


def check_url(url: str) -> str:
    """Returns the URL. Raises BadTextUrl."""
    if (
        "{to}" not in url
        or apprise.Apprise.instantiate(url.replace("{to}", "15550100140"), suppress_exceptions=True) is None
    ):
        raise BadTextUrl("INTERLUDE_TEXT_URL is an apprise address with {to}, such as twilio://SID:TOKEN@FROM/{to}")
    return url


class TextChannel:
    name = ChannelName.TEXT

    def __init__(self, url: str, *, deadline: float = 20.0) -> None:
        """`deadline` is the limit for a whole send, in seconds. Raises BadTextUrl."""
        self._url, self._deadline = check_url(url), deadline

    async def send(self, address: Number, message: Message) -> Outcome:
        """Send once. apprise returns only yes or no: after a no the text may still have gone out, so it is UNKNOWN."""
        if not E164.fullmatch(address.number):
            return Outcome(Result.REJECTED, reason="not a full phone number with its country")
        try:
            async with asyncio.timeout(self._deadline):
                sent = await self._notify(address.number.removeprefix("+"), message.body)
        except TimeoutError:
            return Outcome(Result.UNKNOWN, reason="the text service did not answer")
        return (
            Outcome(Result.ACCEPTED) if sent else Outcome(Result.UNKNOWN, reason="the text service did not confirm it")
        )

    async def _notify(self, digits: str, body: str) -> bool:
        sender = apprise.Apprise()
        sender.add(self._url.replace("{to}", digits))
        return bool(await sender.async_notify(body=body))

    async def close(self) -> None:
        """Nothing to close."""
