"""An event loop whose time passes at once. When nothing is ready, the clock moves to the next timer.

Wall clock and monotonic clock move together, and the wall clock can be made to jump, so no test waits.
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from apscheduler.schedulers import base

LEAST = 1e-6  # seconds; the clock never stands still: APScheduler tries again at once what it rounds to "now"


class _Selector(selectors.SelectSelector):
    """A selector that never waits. It moves the loop's time on by the length of the wait."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self._passes(max(timeout or 0.0, LEAST))
        return ready


class VirtualTime(asyncio.SelectorEventLoop):
    """`clock()` is the wall clock, `time()` the monotonic one."""

    def __init__(self, began: datetime) -> None:
        super().__init__(_Selector(self.passes))
        self.monotonic, self.wall = 0.0, began

    def passes(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds)

    def time(self) -> float:
        return self.monotonic

    def clock(self) -> datetime:
        return self.wall

    def jump(self, by: timedelta) -> None:
        self.wall += by

    def live(self, life: Awaitable[None]) -> None:
        """Runs to the end of `life`, with APScheduler reading this wall clock."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(base, "datetime", self._datetime())
            self.run_until_complete(life)
            self.close()

    def _datetime(self) -> type[datetime]:
        loop = self

        class Now(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return loop.wall.astimezone(tz or UTC)

        return Now
