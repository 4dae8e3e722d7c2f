"""Queue the outcomes that a worker has still to write.

The queue writes them in small groups, and keeps all while the database is away (case 138). Outcomes whose rows
another transaction has locked wait apart, so that they do not delay the others (case 135).
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

import structlog

from server.clock import Clock
from server.db import Database
from server.db.trouble import Trouble, trouble_of
from server.delivery.outcomes.accepted import Done
from server.delivery.outcomes.flow import by_reminder, write_outcomes

log = structlog.get_logger()
GATHERS = 0.05  # seconds to collect outcomes before they are written together
AGAIN = 0.5  # seconds until the next try, while the database is away or rows are locked


class OutcomeQueue:
    """`now` returns the time to record. The queue calls `on_written` each time that nothing is left to write."""

    def __init__(self, database: Database, now: Clock, on_written: Callable[[], object]) -> None:
        self.is_stuck = False  # the database is away: claim nothing before our outcomes are written
        self._database, self._now, self._on_written = database, now, on_written
        self._fresh: Done = []
        self._locked: Done = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_wanted = asyncio.Event()  # somebody waits: write without collecting more

    def __len__(self) -> int:
        return len(self._fresh) + len(self._locked)

    def add(self, done: Done) -> None:
        """Queue the outcomes of one reminder."""
        self._fresh += done
        self._start("fresh", self._write_fresh)

    async def settle(self, longest: float | None = None) -> None:
        """Write at once, and wait until everything is written, for at most `longest` seconds."""
        self._is_wanted.set()
        while running := {task for task in self._tasks.values() if not task.done()}:
            done, _ = await asyncio.wait(running, timeout=longest)
            if not done:
                break
        self._is_wanted.clear()
        for task in self._tasks.values():
            if task.done():
                task.result()

    async def close(self, longest: float) -> None:
        """Write as much as possible within `longest` seconds. The rest is sent again once its leases have expired."""
        await self.settle(longest)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if len(self):
            log.error("outcomes.lost", count=len(self))

    def _start(self, name: str, write: Callable[[], Coroutine[None, None, None]]) -> None:
        running = self._tasks.get(name)
        if running is None or running.done():
            self._tasks[name] = asyncio.create_task(write())

    async def _write_fresh(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_wanted.wait(), GATHERS)
        while done := list(self._fresh):
            try:
                locked = await self._write(done)
            except Exception as error:
                if trouble_of(error) is Trouble.AWAY:
                    await self._pause(error)
                    continue
                locked = await self._write_each(done)
            self.is_stuck = False
            del self._fresh[: len(done)]
            self._set_apart(locked)
        self._on_written()

    async def _pause(self, error: Exception) -> None:
        if not self.is_stuck:
            log.warning("outcomes.kept", kind=type(error).__name__, count=len(self))
        self.is_stuck = True
        await asyncio.sleep(AGAIN)

    async def _write_each(self, done: Done) -> Done:
        """Write each reminder's outcomes alone, because one of them failed. Returns the outcomes to try again."""
        again: Done = []
        for pairs in by_reminder(done).values():
            try:
                again += await self._write(pairs)
            except Exception as error:
                if trouble_of(error) is None:  # its lease will expire, then we send again under the same tag
                    log.error("outcomes.not-written", kind=type(error).__name__, exc_info=error)
                else:
                    again += pairs
        return again

    def _set_apart(self, locked: Done) -> None:
        if locked:
            log.warning("outcomes.locked", count=len(locked))
            self._locked += locked
            self._start("locked", self._write_locked)

    async def _write_locked(self) -> None:
        """Write outcomes whose rows are free; then wait for the locked rows, to be first in line for them."""
        while self._locked:
            for waits in (False, True):
                done = list(self._locked)
                self._locked[: len(done)] = await self._try_locked(done, waits)
            await asyncio.sleep(AGAIN if self._locked else 0)
        self._on_written()

    async def _try_locked(self, done: Done, waits: bool) -> Done:
        try:
            return await self._write(done, waits)
        except Exception as error:
            return await self._write_each(done) if trouble_of(error) is None else done

    async def _write(self, done: Done, waits: bool = False) -> Done:
        async with self._database.writing() as db:
            return await write_outcomes(db, done, self._now(), waits)
