"""Send due reminders: claim them, add attempts, commit, send, and record the outcomes in small groups."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.channels.protocol import Channel, Outcome, Result
from server.clock import Clock
from server.db import Database
from server.delivery.attempts import Outgoing
from server.delivery.channel_choice import RESTS
from server.delivery.circuit_breakers import PROBE_WAIT
from server.delivery.claims import BATCH, claim_due, write_attempts
from server.delivery.lanes import Lanes
from server.delivery.outcomes.next_channel import move_to_next_channel
from server.delivery.outcomes.queue import OutcomeQueue
from server.delivery.rechecks import Recheck, recheck
from server.reminders import pauses

MOST_GOING = 1000  # attempts in progress; further reminders stay in the database, where they are safe
LAST_WAIT = 5.0  # seconds to finish sends in progress when the worker stops
LATER = Outcome(Result.LATER, reason=RESTS, retry_after=PROBE_WAIT.total_seconds())


@dataclass
class _Going:
    """The attempts of one reminder. Together, their outcomes decide its next step."""

    attempts: Sequence[Outgoing]
    outcomes: dict[str, Outcome | None] = field(default_factory=dict)  # by attempt; None if not known


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
        self._lanes = Lanes(self._recheck, self._send)
        self._outcomes = OutcomeQueue(database, lambda: self.steady_now(), lambda: self.on_written())

    async def tick(self) -> int:
        """Send due reminders and wait until all are sent; returns how many were claimed."""
        claimed = await self.begin()
        await self._settle()
        return claimed

    async def begin(self) -> int:
        """Claim due reminders and start sending them; returns how many were claimed."""
        room = min(BATCH, MOST_GOING - len(self._lanes))
        if room <= 0 or self._outcomes.is_stuck:
            return 0
        async with self.database.writing() as db:
            now = self.trusted_now()  # after the lock: the clock may have jumped while we waited for it
            if now is None:
                return 0
            await pauses.end_over(db, now)
            await move_to_next_channel(db, now)
            claimed = await claim_due(db, now, room)
            written = await write_attempts(db, claimed, now, self.base_url, self.channels.keys())
        by_reminder: defaultdict[str, list[Outgoing]] = defaultdict(list)
        for outgoing in written:
            by_reminder[outgoing.reminder_id].append(outgoing)
        for attempts in by_reminder.values():
            self._make_all(_Going(attempts))
        return len(claimed)

    async def close(self) -> None:
        await self._lanes.close(LAST_WAIT)
        await self._outcomes.close(LAST_WAIT)
        for channel in self.channels.values():
            await channel.close()

    def _make_all(self, going: _Going) -> None:
        """Make all attempts of one reminder, then queue their outcomes together."""

        def ended(outgoing: Outgoing, outcome: Outcome | None) -> None:
            going.outcomes[outgoing.attempt_id] = outcome
            if len(going.outcomes) == len(going.attempts):
                self._decide(going)

        for outgoing in going.attempts:
            if outgoing.rests:
                ended(outgoing, LATER)
            else:
                self._lanes.add(outgoing, ended)

    def _decide(self, going: _Going) -> None:
        """Queue the outcomes if we know all. Otherwise the reminder's lease will expire, then we try again."""
        pairs = [(outgoing, going.outcomes[outgoing.attempt_id]) for outgoing in going.attempts]
        ended = [(outgoing, outcome) for outgoing, outcome in pairs if outcome is not None]
        if len(ended) == len(pairs):
            self._outcomes.add(ended)

    async def _send(self, outgoing: Outgoing) -> Outcome:
        return await self.channels[outgoing.channel].send(outgoing.address, outgoing.message)

    async def _recheck(self, waiting: Sequence[Outgoing]) -> Mapping[str, Recheck]:
        async with self.database.reading() as db:
            return await recheck(db, waiting)

    async def _settle(self) -> None:
        await self._lanes.settle()
        await self._outcomes.settle()
