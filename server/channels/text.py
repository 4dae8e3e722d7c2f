"""Text messages by any provider that apprise supports. In INTERLUDE_TEXT_URL, {to} stands for the number."""

import asyncio
from typing import TYPE_CHECKING

from server.channels.addresses import E164, Number
from server.channels.protocol import ChannelName, Message, Outcome, Result
from server.settings import BadSetting

if TYPE_CHECKING:
    import apprise


class BadTextUrl(BadSetting):
    """INTERLUDE_TEXT_URL is not an apprise URL, or has no {to}."""


def check_url(url: str) -> str:
    """Returns the URL. Raises BadTextUrl."""
    if "{to}" not in url or not _service(url, "15550100140"):
        raise BadTextUrl("INTERLUDE_TEXT_URL is an apprise address with {to}, such as twilio://SID:TOKEN@FROM/{to}")
    return url


class TextChannel:
    name = ChannelName.TEXT

    def __init__(self, url: str, *, deadline: float = 20.0) -> None:
        """`deadline` is the limit for a whole send, in seconds. Raises BadTextUrl."""
        self._url, self._deadline = check_url(url), deadline

    async def send(self, address: Number, message: Message) -> Outcome:
        """Send once. apprise returns only yes or no; after a no the text may have gone out anyway, so it is UNKNOWN."""
        if not E164.fullmatch(address.number):
            return Outcome(Result.REJECTED, reason="not a full phone number with its country")
        try:
            async with asyncio.timeout(self._deadline):
                service = _service(self._url, address.number.removeprefix("+"))
                sent = bool(await service.async_notify(body=message.body))
        except TimeoutError:
            return Outcome(Result.UNKNOWN, reason="the text service did not answer")
        return (
            Outcome(Result.ACCEPTED) if sent else Outcome(Result.UNKNOWN, reason="the text service did not confirm it")
        )

    async def close(self) -> None:
        """Nothing to close."""


def _service(url: str, digits: str) -> "apprise.Apprise":
    """The apprise service that sends to this number; empty, and so false, if apprise can't read the URL."""
    import apprise

    service = apprise.Apprise()
    service.add(url.replace("{to}", digits))
    return service
