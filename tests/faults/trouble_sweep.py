"""PostgreSQL has trouble during a burst, in real time: rows locked, connections killed, the server restarted.

Two workers run on the clock of this machine. Every reminder must be sent once, as soon as possible.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import text

from server.db import Database
from server.worker import process
from server.worker.construction import make_worker
from server.worker.wakeups import notice_writes
from tests.databases import Postgres
from tests.delivery.locking import lock_rows
from tests.faults import due_patients
from tests.faults.crowd import gather_crowd
from tests.faults.lanes import postgres_copies
from tests.faults.services import Services

MANY = 300
LOCKED = 38
LOCK_LASTS = 90.0  # seconds: longer than a lease
SOON = timedelta(seconds=3)  # between planning a burst and its due time
LOCK = f"SELECT id FROM reminder WHERE state = 'sending' LIMIT {LOCKED} FOR UPDATE"  # a constant
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'"


@dataclass
class Trouble:
    """What was tried, and what went wrong."""

    wrong: list[str] = field(default_factory=list)
    durations: list[str] = field(default_factory=list)

    def check(self, right: bool, what: str) -> None:
        if not right:
            self.wrong.append(what)


async def live(server: Postgres, tell: Callable[[str], None]) -> Trouble:
    found = Trouble()
    for name, happens in {"locked rows": _locked, "killed listeners": _killed, "two restarts": _restarted}.items():
        began = time.monotonic()
        async with Services().running() as services, _burst(server, services) as url:
            await happens(server, services, url, found)
            twice = [topic for topic, count in Counter(push.topic for push in services.pushes).items() if count > 1]
            found.check(not twice, f"{name}: {len(twice)} of {MANY} went out twice")
            found.check(len(services.pushes) >= MANY, f"{name}: {len(services.pushes)} of {MANY} went out")
        found.durations.append(f"{name} {time.monotonic() - began:.0f} s")
        tell(found.durations[-1])
    return found


@asynccontextmanager
async def _burst(server: Postgres, services: Services) -> AsyncIterator[str]:
    """Two workers, and reminders that all fall due in a moment."""
    url = postgres_copies(server).template_url
    await gather_crowd(url, services, MANY, datetime.now(UTC) + SOON)
    workers = [make_worker(due_patients.settings_for(url, services)) for _ in range(2)]
    tasks = [asyncio.create_task(process.send_for_ever(worker)) for worker in workers]
    tasks += [asyncio.create_task(notice_writes(worker)) for worker in workers]
    yield url
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for worker in workers:
        await worker.sender.close()
        await worker.database.close()


async def _locked(_: Postgres, services: Services, url: str, found: Trouble) -> None:
    """The lock outlasts the leases. The other rows are written at once, and the locked ones are not sent again."""
    await _until(partial(_have_arrived, services, 10))
    async with lock_rows(url, LOCK):
        began = time.monotonic()
        found.check(await _sent(url, MANY - LOCKED, 30), "locked rows: they held up others")
        await asyncio.sleep(LOCK_LASTS - (time.monotonic() - began))
    found.check(await _sent(url, MANY, 75), "locked rows: some were not written after the lock")


async def _killed(_: Postgres, services: Services, url: str, found: Trouble) -> None:
    """After the listeners were killed, a write still wakes a worker, long before it would look by itself."""
    found.check(await _sent(url, MANY, 60), "killed listeners: the burst did not go out")
    await _ask(url, KILL)
    await asyncio.sleep(3)
    services.forget()
    await _ask(url, "UPDATE reminder SET state = 'scheduled', next_at = now(), tries = 0, notified_at = NULL")
    await _ask(url, "DELETE FROM attempt")
    await _ask(url, "NOTIFY reminders")
    began = time.monotonic()
    await _until(partial(_have_arrived, services, 1))
    waited = time.monotonic() - began
    found.check(waited < 5, f"killed listeners: the next reminder came {waited:.0f} s late")
    await _sent(url, MANY, 60)


async def _restarted(server: Postgres, services: Services, url: str, found: Trouble) -> None:
    for count in (10, MANY // 2):
        await _until(partial(_have_arrived, services, count))
        await asyncio.to_thread(server.restart)
    found.check(await _sent(url, MANY, 120), "two restarts: some were not written")


def _have_arrived(services: Services, least: int) -> bool:
    return len(services.pushes) >= least


async def _until(met: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110  # a push that arrives has no event
            await asyncio.sleep(0.01)


async def _sent(url: str, least: int, seconds: float) -> bool:
    """Whether that many reminders are recorded as sent within so many seconds."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        [(count,)] = await _ask(url, "SELECT count(*) FROM reminder WHERE state = 'sent'")
        if isinstance(count, int) and count >= least:
            return True
        await asyncio.sleep(0.2)
    return False


async def _ask(url: str, query: str) -> list[tuple[object, ...]]:
    database = Database(url)
    async with database.writing() as db:
        done = await db.execute(text(query))
        found = [tuple(row) for row in done] if query.startswith("SELECT") else []
    await database.close()
    return found
