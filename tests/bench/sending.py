"""Reminders per second of wall time and of the sender's CPU: ours, and the rivals.

Each round sends the same number of reminders by each sender in turn, to a service that answers at once and to one that
answers after 20 ms, so that a busy machine slows all alike. The service runs in a process of its own: the CPU is that
of the sender, in all its threads. Filling the database does not count; opening it and connecting do.
"""

import asyncio
import gc
import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from types import ModuleType

from sqlalchemy import select

from server import crypto
from server.db import Database
from server.reminders.models import Reminder
from tests.bench import crowd
from tests.bench.rivals import async_loop, crypto_limit, polling_loop, scheduler, store
from tests.bench.service import PATH_AFTER, push_services

RIVALS: dict[str, ModuleType] = {
    "polling_loop": polling_loop,
    "async_loop": async_loop,
    "apscheduler": scheduler,
    "crypto_limit": crypto_limit,
}
OURS = "interlude"
SENDERS = (OURS, *RIVALS)


@dataclass(frozen=True)
class Speed:
    """Reminders per second of wall time, and of the sender's CPU."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Sent:
    """How one sender did: `after` is the milliseconds after which the service answered."""

    sender: str
    after: int


@dataclass(frozen=True)
class Size:
    """How many reminders a round has, and how many rounds there are."""

    reminders: int = 300
    rounds: int = 3


def run(folder: Path, now: datetime, size: Size, senders: Collection[str] = SENDERS) -> dict[Sent, Speed]:
    """The medians of each sender and service."""
    with push_services(1) as [port]:
        cases = [Sent(sender, after) for after in PATH_AFTER for sender in SENDERS if sender in senders]
        fields = {
            case: Field(folder / f"{case.sender}-{case.after}.db", port, case, size.reminders, now) for case in cases
        }
        for field in fields.values():
            field.fill()
        speeds = [{case: fields[case].send(number) for case in cases} for number in range(size.rounds)]
    return {
        case: Speed(median(each[case].wall for each in speeds), median(each[case].cpu for each in speeds))
        for case in cases
    }


@dataclass(frozen=True)
class Field:
    """A filled database, copied for each round."""

    path: Path
    port: int
    case: Sent
    reminders: int
    now: datetime

    def fill(self) -> None:
        endpoints = [f"http://127.0.0.1:{self.port}/{PATH_AFTER[self.case.after]}/{n}" for n in range(self.reminders)]
        if self.case.sender == OURS:
            asyncio.run(_fill_ours(self.path, endpoints, self.port, self.now))
        else:
            RIVALS[self.case.sender].fill(self.path, endpoints)

    def send(self, number: int) -> Speed:
        kept = self.path.with_suffix(f".{number}.kept")
        shutil.copy(self.path, kept)
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        if self.case.sender == OURS:
            asyncio.run(crowd.send_all(self.path, self.port, self.now))
        else:
            RIVALS[self.case.sender].send_all(self.path, next(iter(crypto.keyring().vapid.values())))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self._check()
        shutil.move(kept, self.path)
        return Speed(self.reminders / wall, self.reminders / cpu)

    def _check(self) -> None:
        if self.case.sender == OURS:
            asyncio.run(_all_sent(self.path, self.reminders))
        else:
            assert store.unsent(self.path) == 0


async def _fill_ours(path: Path, endpoints: Sequence[str], port: int, now: datetime) -> None:
    database = await crowd.open_database(path.parent, path.stem)
    await crowd.fill(database, endpoints, crowd.hosts_of([port]), now)
    await database.close()


async def _all_sent(path: Path, count: int) -> None:
    database = Database(f"sqlite:///{path}")
    async with database.reading() as db:
        states = list(await db.scalars(select(Reminder.state)))
    await database.close()
    assert states == ["sent"] * count, set(states)
