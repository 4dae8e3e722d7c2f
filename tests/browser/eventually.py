"""Waits for what no event announces."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE = 0.05


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = 20) -> T:
    """Polls until the result is truthy. On a timeout, names what was expected and what was seen last."""
    seen: T | None = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                seen = await look()
                if seen:
                    return seen
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain for {what}; last seen: {seen!r}") from None
