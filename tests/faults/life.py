"""A clinic's life in one process: people, visits, a worker, and services that answer as a test tells them.

The worker is the real one, on a real database file. What it sends is recorded with the facts of that moment.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from server.channels.protocol import Message, Outcome, Result
from server.db import Database
from server.db.sqlite_library import sqlite3
from server.delivery.claims import next_due
from server.delivery.sender import Sender
from server.worker.ticks import TICKS
from server.worker.worker import Worker
from tests.cast import NOW
from tests.faults.worker import all_done

T = TypeVar("T")
MOST_LOOKS = 20
ACCEPTED = Outcome(Result.ACCEPTED, 201)


class Killed(BaseException):
    """The process ends at this line."""


@dataclass
class Sent:
    """One message that left the worker. `learned` says that the worker has certainly recorded its outcome."""

    channel: str
    to: str
    message: Message
    at: datetime
    clock_in_doubt: bool
    outcome: Outcome | None = None
    learned: bool = False


def token_in(sent: Sent) -> str:
    """The token that answers the message, or "" if it carries none."""
    found = re.search(r'/go/([\w-]+)|"token":"([\w-]+)"', sent.message.body)
    return (found[1] or found[2]) if found else ""


@dataclass
class Deadly:
    """Where the worker's process ends: at its `after`-th send or commit, just before or just after it."""

    what: str
    side: str
    after: int

    def at(self, what: str, side: str) -> None:
        """Once the process is dead, tasks that still run stop here too."""
        if self.after > 0 and what == self.what and side == self.side:
            self.after -= 1
        if self.after == 0:
            raise Killed


@dataclass
class Line:
    """A channel that records what it was given."""

    name: str
    life: "Life"
    says: Outcome = ACCEPTED

    async def send(self, address: Any, message: Message) -> Outcome:
        return self.life.take(self, address, message)

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Life:
    """`loop` and `database` outlive a life, so that what is slow to start serves all lives on this file."""

    loop: asyncio.AbstractEventLoop
    database: Database
    file: Path
    now: datetime = NOW
    monotonic: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    phones: dict[str, Outcome] = field(default_factory=dict)  # by device: its own answer
    deadly: Deadly | None = None
    crashes: int = 0
    on_send: Callable[[Sent], None] = lambda _: None

    def __post_init__(self) -> None:
        self.lines = {name: Line(name, self) for name in ("push", "text", "email")}
        self.eyes = sqlite3.connect(self.file, isolation_level=None)
        self.eyes.row_factory = sqlite3.Row
        self.worker = self._hired()
        self.ran: dict[str, float] = {}

    def _hired(self) -> Worker:
        push, *others = self.lines.values()
        sender = Sender(self.database, push, self.clock, "https://localhost", others)
        return Worker(self.database, sender, self.clock, lambda: self.monotonic)

    def clock(self) -> datetime:
        return self.now

    def passes(self, what: str, side: str) -> None:
        if self.deadly is not None:
            self.deadly.at(what, side)

    def take(self, line: Line, address: Any, message: Message) -> Outcome:
        to = str(getattr(address, "endpoint", None) or address)
        self.passes("send", "before")
        sent = Sent(line.name, to, message, self.now, self.worker.watch.is_distrusted)
        self.on_send(sent)
        self.sent.append(sent)
        sent.outcome = next((outcome for device, outcome in self.phones.items() if device in to), line.says)
        self.passes("send", "after")
        return sent.outcome

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(_awaited(work))

    def write(self, verb: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def writes() -> T:
            async with self.database.writing() as db:
                return await verb(db)

        return self.run(writes())

    def tick(self) -> None:
        """As the worker's process does: run the ticks that are due, then send what is due."""
        before = len(self.sent)
        for tick in TICKS:
            if self.monotonic - self.ran.get(tick.name, -1e9) >= tick.every:
                self.ran[tick.name] = self.monotonic
                self.run(tick.run(self.worker))
        self._send_due()
        for sent in self.sent[before:]:
            sent.learned = True

    def _send_due(self) -> None:
        """The worker looks again at once if something is due at once, such as the next channel."""
        for _ in range(MOST_LOOKS):
            self.run(self._send_once())
            due = None if self.worker.watch.is_distrusted else self.next_due()
            if due is None or due > self.now:
                return

    async def _send_once(self) -> None:
        await self.worker.send_due()
        await all_done()

    def crash(self, deadly: Deadly) -> None:
        """A tick in which the process may end. A new worker starts, and what the old one did not write is lost."""
        self.deadly = deadly
        try:
            self.tick()
        except Killed:
            self.crashes += 1
            self._bury()
        self.deadly = None

    def _bury(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
            with suppress(Killed, asyncio.CancelledError):
                self.loop.run_until_complete(task)
        self.deadly = None
        self.run(self.database.close())
        self.worker = self._hired()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.monotonic += seconds

    def next_due(self) -> datetime | None:
        async def asks() -> datetime | None:
            async with self.database.reading() as db:
                return await next_due(db)

        return self.run(asks())

    def look(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self.eyes.execute(query, values).fetchall()

    def end(self) -> None:
        self.eyes.close()
        self.run(self.database.close())


async def _awaited(work: Awaitable[T]) -> T:
    return await work
