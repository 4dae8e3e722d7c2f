"""APScheduler with one job for each reminder, in its own store in the database, as its guide shows.

- The asyncio scheduler and coroutines as jobs: threads would be slower.
- The store is SQLAlchemy's, because reminders have to survive a restart.
- One aiohttp session, one connection for the rows, and VAPID headers signed once a service, as in `async_loop`.
- A job reads its reminder, pushes and commits: it knows of no other job, so it can share no query with one.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from tests.bench.rivals import async_loop, store
from tests.bench.rivals.async_loop import Headers
from tests.bench.rivals.store import DueReminder

DUE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Running:
    """What all jobs use. A job in a store names a function and an id, so this stands outside of it."""

    engine: AsyncEngine
    session: aiohttp.ClientSession
    headers: Headers
    left: int
    done: asyncio.Event


_running: Running | None = None


def fill(path: Path, endpoints: list[str]) -> None:
    store.fill(path, endpoints)
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as db:
        ids = list(db.scalars(select(DueReminder.id)))
    engine.dispose()
    asyncio.run(_add_jobs(path, ids))


async def _add_jobs(path: Path, ids: list[int]) -> None:
    scheduler = AsyncIOScheduler(jobstores=_stores(path), timezone="UTC")
    scheduler.start(paused=True)
    for reminder_id in ids:
        scheduler.add_job(send, "date", run_date=DUE, args=(reminder_id,), misfire_grace_time=None)
    scheduler.shutdown()


def send_all(path: Path, vapid_private_key: str) -> None:
    asyncio.run(_send_all(path, Headers(vapid_private_key), store.unsent(path)))


async def send(reminder_id: int) -> None:
    """A job."""
    assert _running is not None
    async with AsyncSession(_running.engine) as db:
        reminder = await db.get_one(DueReminder, reminder_id)
    await async_loop.push(reminder, _running.session, _running.headers)
    async with AsyncSession(_running.engine) as db:
        db.add(reminder)
        reminder.sent = True
        await db.commit()
    _running.left -= 1
    if _running.left == 0:
        _running.done.set()


async def _send_all(path: Path, headers: Headers, count: int) -> None:
    global _running
    # One connection: SQLite takes one writer, and several would wait for each other's locks.
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0)
    scheduler = AsyncIOScheduler(jobstores=_stores(path), timezone="UTC")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=store.TIMEOUT)) as session:
        _running = Running(engine, session, headers, count, asyncio.Event())
        scheduler.start()
        await _running.done.wait()
        scheduler.shutdown(wait=False)
    await engine.dispose()


def _stores(path: Path) -> dict[str, SQLAlchemyJobStore]:
    return {"default": SQLAlchemyJobStore(url=f"sqlite:///{path}")}
