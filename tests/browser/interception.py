"""Answers to requests in place of the network."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, Route

PROBE = "/is-it-intercepted"
IS_INTERCEPTED = 299


async def intercept(page: Page, pattern: str, handler: Callable[[Route], Awaitable[Any]]) -> None:
    """Lets `handler` answer the requests of this page that match `pattern`.

    If interception begins while Chromium opens a page, no request of that page is ever intercepted, and some tests
    passed or failed by chance. Such a page is opened anew.
    """
    await page.route(f"**{PROBE}", lambda route: route.fulfill(status=IS_INTERCEPTED))
    await page.route(pattern, handler)
    if await page.evaluate("path => fetch(path).then(({status}) => status)", PROBE) != IS_INTERCEPTED:
        await page.reload()


async def refuse(page: Page, pattern: str) -> None:
    """Requests that match `pattern` find no network."""
    await intercept(page, pattern, lambda route: route.abort())
