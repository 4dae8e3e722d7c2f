"""The liveness ping to an outside monitor, which alerts a person when the pings stop (case 7)."""

import aiohttp
import structlog

log = structlog.get_logger()
DEADLINE = 10.0  # seconds


class LivenessPing:
    """Requests one address again and again and ignores the response body."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def ping(self) -> bool:
        """Send one ping and return whether it succeeded. Never raises."""
        timeout = aiohttp.ClientTimeout(total=DEADLINE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self.url, allow_redirects=False) as answer,
            ):
                return answer.status < 400
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("ping.failed", kind=type(error).__name__)
            return False
