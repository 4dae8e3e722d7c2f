"""From due to sent: claim and add attempts, commit, send, record the outcomes.

A slow service delays nobody: each reminder is its own task, and outcomes are recorded in small groups.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from server.channels.protocol import Channel, Outcome, Result
from server.clock import Clock
from server.db import Database
from server.db.trouble import trouble_of
from server.delivery.attempts import BLOCKED, Outgoing
from server.delivery.backpressure import Pace
from server.delivery.channel_choice import RESTS
from server.delivery.circuit_breakers import PROBE_WAIT
from server.delivery.claims import BATCH, claim_due, write_attempts
from server.delivery.outcomes.next_channel import move_to_next_channel
from server.delivery.outcomes.queue import OutcomeQueue
from server.delivery.rechecks import Recheck, recheck
from server.people.texting.rules import NumberState
from server.reminders.states import AttemptReason, BlockReason

log = structlog.get_logger()
AT_ONCE = 64  # concurrent sends to one service
MOST_GOING = 1000  # reminders in progress; further ones stay in the database, where they are safe
LAST_WAIT = 5.0  # seconds to finish sends in progress when the worker stops


class Sender:
    def __init__(
        self, database: Database, push: Channel, clock: Clock, base_url: str, others: Sequence[Channel] = ()
    ) -> None:
        self.database, self.clock, self.base_url = database, clock, base_url
        self.channels = {channel.name: channel for channel in (push, *others)}
        self.on_written: Callable[[], object] = lambda: None  # called when all outcomes are written
        # A worker replaces this: it returns None while the worker's clock is not trusted.
        self.trusted_now: Callable[[], datetime | None] = clock
        self.steady_now: Clock = clock
        self._gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._paces: defaultdict[str, Pace] = defaultdict(Pace)
        self._going: set[asyncio.Task[None]] = set()
        self._asking: list[tuple[Outgoing, asyncio.Future[Recheck]]] = []
        self._is_checking = False
        self._outcomes = OutcomeQueue(database, lambda: self.steady_now(), lambda: self.on_written())

    async def tick(self) -> int:
        """Send what is due now and wait until that is done; returns how many reminders were claimed."""
        claimed = await self.begin()
        await self._settle()
        return claimed

    async def begin(self) -> int:
        """Claim what is due now and start sending it; returns how many reminders were claimed."""
        room = min(BATCH, MOST_GOING - len(self._going))
        if room <= 0 or self._outcomes.is_stuck:
            return 0
        async with self.database.writing() as db:
            now = self.trusted_now()  # after the lock: the clock may have jumped while we waited for it
            if now is None:
                return 0
            await move_to_next_channel(db, now)
            claimed = await claim_due(db, now, room)
            written = await write_attempts(db, claimed, now, self.base_url, self.channels.keys())
        by_reminder: defaultdict[str, list[Outgoing]] = defaultdict(list)
        for outgoing in written:
            by_reminder[outgoing.reminder_id].append(outgoing)
        for group in by_reminder.values():
            self._keep(asyncio.create_task(self._send_all(group)))
        return len(claimed)

    async def close(self) -> None:
        if self._going:
            await asyncio.wait(self._going, timeout=LAST_WAIT)
        for task in self._going:
            task.cancel()
        await self._outcomes.close(LAST_WAIT)
        for channel in self.channels.values():
            await channel.close()

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._going.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._going.discard(task)
        if not task.cancelled() and (error := task.exception()):  # its lease will expire, then we try again
            log.error("send.failed", kind=type(error).__name__, exc_info=error)

    async def _send_all(self, group: Sequence[Outgoing]) -> None:
        """Make all attempts of one reminder, then queue their outcomes together: all of them decide what follows."""
        if len(group) == 1:
            outcomes = [await self._send(group[0])]  # the common case, without a task more
        else:
            outcomes = await asyncio.gather(*(self._send(outgoing) for outgoing in group))
        self._outcomes.add(list(zip(group, outcomes, strict=True)))

    async def _send(self, outgoing: Outgoing) -> Outcome:
        if outgoing.rests:
            return Outcome(Result.LATER, reason=RESTS, retry_after=PROBE_WAIT.total_seconds())
        pace = self._paces[outgoing.service]
        async with self._gates[outgoing.service]:
            if pace.rests():
                return _not_made(Result.LATER, "its service does not answer; it is tried again later")
            try:
                checked = await self._recheck(outgoing)
            except Exception as error:
                if trouble_of(error) is None:
                    raise
                return _not_made(Result.LATER, "the database was away; it is tried again later")
            if checked != Recheck.GO:
                return NOT_MADE[checked]
            with pace.timing() as note:
                outcome = await self.channels[outgoing.channel].send(outgoing.address, outgoing.message)
                note(outcome.result in (Result.LATER, Result.UNKNOWN))
            return outcome

    async def _recheck(self, outgoing: Outgoing) -> Recheck:
        """Check the attempt just before sending, in one query with all that asked while the previous query ran."""
        answer: asyncio.Future[Recheck] = asyncio.get_running_loop().create_future()
        self._asking.append((outgoing, answer))
        if not self._is_checking:
            self._is_checking = True
            self._keep(asyncio.create_task(self._recheck_all()))
        return await answer

    async def _recheck_all(self) -> None:
        try:
            while self._asking:
                await asyncio.sleep(0)  # let attempts that start at the same moment join
                asking, self._asking = self._asking, []
                await self._recheck_these(asking)
        finally:
            self._is_checking = False

    async def _recheck_these(self, asking: Sequence[tuple[Outgoing, asyncio.Future[Recheck]]]) -> None:
        try:
            async with self.database.reading() as db:
                checked = await recheck(db, [outgoing for outgoing, _ in asking])
        except Exception as error:
            for _, answer in asking:
                answer.set_exception(error)
            return
        for outgoing, answer in asking:
            answer.set_result(checked[outgoing.attempt_id])

    async def _settle(self) -> None:
        while self._going:
            await asyncio.gather(*self._going)
        await self._outcomes.settle()


def _not_made(result: Result, reason: AttemptReason | BlockReason) -> Outcome:
    """The outcome of an attempt that was not made."""
    return Outcome(result, reason=reason)


NOT_MADE = {
    Recheck.WITHDRAWN: _not_made(Result.REJECTED, "withdrawn"),
    Recheck.CHANGED: _not_made(Result.LATER, "part of it was cancelled; it is written again"),
    Recheck.STOPPED: _not_made(Result.REJECTED, BLOCKED[NumberState.STOPPED]),
    Recheck.UNDELIVERABLE: _not_made(Result.REJECTED, BLOCKED[NumberState.UNDELIVERABLE]),
}
