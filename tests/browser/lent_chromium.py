"""One Chromium that the browser tests of a process share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from playwright.async_api import Browser, Error

from .chromium import SECONDS, chromium


class LentChromium:
    """One Chromium for one test after another, because a start takes seconds. Each test finds it without a context."""

    def __init__(self) -> None:
        self._started = contextlib.AsyncExitStack()
        self._browser: Browser | None = None

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[Browser]:
        if self._browser is None:
            self._browser = await self._started.enter_async_context(chromium())
        try:
            yield self._browser
        finally:
            await self._take_back(self._browser)

    async def close(self) -> None:
        self._browser = None
        await self._started.aclose()

    async def _take_back(self, browser: Browser) -> None:
        """The next test gets a new one if this one does not answer."""
        try:
            async with asyncio.timeout(SECONDS):
                for context in browser.contexts:
                    await context.close()
        except (TimeoutError, Error):
            await self.close()
        else:
            if not browser.is_connected():
                await self.close()
