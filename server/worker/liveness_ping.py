"""A sign of life to somebody outside: who watches that address calls a person when the signs stop (case 7)."""

import aiohttp
import structlog

log = structlog.get_logger()
DEADLINE = 10.0  # seconds


class DeadMan:
    """Asks one address, again and again; what it answers does not matter."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def ping(self) -> bool:
        """Whether it was told. Never raises: nobody waits for it."""
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
