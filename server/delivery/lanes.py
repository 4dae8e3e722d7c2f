"""The sends of one process: at most 64 at once to each service, each checked again just before.

A service that does not answer does not delay the others, and rests for a while (case 20).
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from server.channels.protocol import Outcome, Result
from server.db.trouble import trouble_of
from server.delivery.attempts import BLOCKED, Outgoing
from server.delivery.rechecks import Recheck
from server.people.texting.rules import NumberState
from server.reminders.states import AttemptReason, BlockReason

log = structlog.get_logger()
AT_ONCE = 64  # concurrent sends to one service
SLOW = 3.0  # seconds without an answer
RESTS_AFTER = 5  # slow failures in a row
REST = 30.0  # seconds

Check = Callable[[Sequence[Outgoing]], Awaitable[Mapping[str, Recheck]]]
Send = Callable[[Outgoing], Awaitable[Outcome]]
Ended = Callable[[Outgoing, Outcome | None], None]


class Pace:
    """Whether one service answers. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self._slow = 0
        self._until = 0.0

    def rests(self) -> bool:
        return self.monotonic() < self._until

    def note(self, began: float, failed: bool) -> None:
        """Note a try that began at `began`, by the same clock."""
        ends = self.monotonic()
        self._slow = self._slow + 1 if failed and ends - began >= SLOW else 0
        if self._slow >= RESTS_AFTER:
            self._until, self._slow = ends + REST, 0


@dataclass
class Lane:
    """The sends to one service: how many are in progress, and which ones wait for room."""

    in_progress: int = 0
    waiting: deque[tuple[Outgoing, Ended]] = field(default_factory=deque)
    pace: Pace = field(default_factory=Pace)


class Lanes:
    """`check` reads attempts again just before they are sent, and says which still hold; `send` makes one."""

    def __init__(self, check: Check, send: Send) -> None:
        self._check, self._send = check, send
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_starting = False
        self._error: BaseException | None = None

    def __len__(self) -> int:
        """How many attempts are in progress or wait."""
        return sum(lane.in_progress + len(lane.waiting) for lane in self._lanes.values())

    def add(self, outgoing: Outgoing, ended: Ended) -> None:
        """Make this attempt when its service has room. `ended` gets its outcome, or None if we don't know it."""
        self._lanes.setdefault(outgoing.service, Lane()).waiting.append((outgoing, ended))
        self._start()

    async def settle(self) -> None:
        """Wait until nothing is in progress. Raises the last error of our own code."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        if error := self._error:
            self._error = None
            raise error

    async def close(self, longest: float) -> None:
        """Wait for attempts in progress, for at most `longest` seconds."""
        with suppress(Exception):  # logged already
            async with asyncio.timeout(longest):
                await self.settle()
        for task in self._tasks:
            task.cancel()

    def _start(self) -> None:
        if not self._is_starting:
            self._is_starting = True
            self._keep(self._start_all())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):  # its lease will expire, then we try again
            self._error = error
            log.error("send.failed", kind=type(error).__name__, exc_info=error)

    async def _start_all(self) -> None:
        try:
            await asyncio.sleep(0)  # let attempts that come at the same moment join
            while taken := self._take():
                await self._start_these(taken)
        except Exception:
            asyncio.get_running_loop().call_soon(self._start)  # one error must not stop attempts that still wait
            raise
        finally:
            self._is_starting = False

    def _take(self) -> list[tuple[Outgoing, Ended]]:
        """The attempts whose lane has room now."""
        taken = []
        for lane in self._lanes.values():
            while lane.waiting and lane.in_progress < AT_ONCE:
                taken.append(lane.waiting.popleft())
                lane.in_progress += 1
        return taken

    async def _start_these(self, taken: Sequence[tuple[Outgoing, Ended]]) -> None:
        answering = [each for each in taken if not self._rests(*each)]
        try:
            checked = await self._check([outgoing for outgoing, _ in answering]) if answering else {}
        except Exception as error:
            for outgoing, ended in answering:
                self._end(outgoing, ended, AWAY if trouble_of(error) else None)
            if trouble_of(error) is None:
                raise
            return
        for outgoing, ended in answering:
            if (found := checked[outgoing.attempt_id]) == Recheck.GO:
                self._keep(self._make(outgoing, ended))
            else:
                self._end(outgoing, ended, NOT_MADE[found])

    def _rests(self, outgoing: Outgoing, ended: Ended) -> bool:
        rests = self._lanes[outgoing.service].pace.rests()
        if rests:
            self._end(outgoing, ended, RESTS)
        return rests

    async def _make(self, outgoing: Outgoing, ended: Ended) -> None:
        pace = self._lanes[outgoing.service].pace
        began, outcome = pace.monotonic(), None
        try:
            outcome = await self._send(outgoing)
            pace.note(began, outcome.result in (Result.LATER, Result.UNKNOWN))
        finally:
            self._end(outgoing, ended, outcome)

    def _end(self, outgoing: Outgoing, ended: Ended, outcome: Outcome | None) -> None:
        lane = self._lanes[outgoing.service]
        lane.in_progress -= 1
        ended(outgoing, outcome)
        if lane.waiting:
            self._start()


def _not_made(result: Result, reason: AttemptReason | BlockReason) -> Outcome:
    """The outcome of an attempt that was not made."""
    return Outcome(result, reason=reason)


RESTS = _not_made(Result.LATER, "its service does not answer; it is tried again later")
AWAY = _not_made(Result.LATER, "the database was away; it is tried again later")
NOT_MADE = {
    Recheck.WITHDRAWN: _not_made(Result.REJECTED, "withdrawn"),
    Recheck.CHANGED: _not_made(Result.LATER, "part of it was cancelled; it is written again"),
    Recheck.STOPPED: _not_made(Result.REJECTED, BLOCKED[NumberState.STOPPED]),
    Recheck.UNDELIVERABLE: _not_made(Result.REJECTED, BLOCKED[NumberState.UNDELIVERABLE]),
}
