"""How long another process waits for its write on SQLite while the worker sends many reminders.

The other process writes one row in a transaction of its own, as a page that takes an answer does, and 20 ms later the
next one.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles

from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from server.db import Database
from server.people.models import Clinic
from tests.bench import crowd
from tests.bench.service import PATH_AFTER, push_services

REMINDERS = 3000
REST = 0.02  # seconds between two writes
CALM = 5.0  # seconds without a worker, to compare with


@dataclass(frozen=True)
class Write:
    seconds: float
    failed: bool = False


@dataclass(frozen=True)
class Waited:
    """The p99 of a write in milliseconds, and how many writes failed because the database stayed locked."""

    p99: float
    failed: int


def run(folder: Path, now: datetime) -> tuple[Waited, Waited]:
    """While a worker sends, and while none does."""
    with push_services(1) as [port]:
        endpoints = [f"http://127.0.0.1:{port}/{PATH_AFTER[0]}/{number}" for number in range(REMINDERS)]
        path = folder / "writes.db"
        asyncio.run(_fill(path, endpoints, port, now))
        with _writing(path) as calm:
            time.sleep(CALM)
        with _writing(path) as busy:
            asyncio.run(crowd.send_all(path, port, now))
    return _waited(busy), _waited(calm)


def _waited(writes: list[Write]) -> Waited:
    seconds = [each.seconds for each in writes]
    return Waited(quantiles(seconds, n=100)[98] * 1000, sum(each.failed for each in writes))


async def _fill(path: Path, endpoints: list[str], port: int, now: datetime) -> None:
    database = await crowd.open_database(path.parent, path.stem)
    await crowd.fill(database, endpoints, crowd.hosts_of([port]), now)
    await database.close()


@contextmanager
def _writing(path: Path) -> Iterator[list[Write]]:
    """A process that writes meanwhile. Afterwards the list has its writes."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_write, args=(path, there), daemon=True)
    process.start()
    found: list[Write] = []
    try:
        here.recv()  # it has loaded
        yield found
        here.send(None)
        found += here.recv()
    finally:
        process.kill()
        process.join()


def _write(path: Path, pipe: Connection) -> None:
    asyncio.run(_write_until_stopped(path, pipe))


async def _write_until_stopped(path: Path, pipe: Connection) -> None:
    database = Database(f"sqlite:///{path}")
    writes = [await _one_write(database)]
    pipe.send(None)
    while not pipe.poll():
        writes.append(await _one_write(database))
        await asyncio.sleep(REST)
    await database.close()
    pipe.send(writes[1:])  # the first one connects


async def _one_write(database: Database) -> Write:
    began = time.perf_counter()
    try:
        async with database.writing() as db:
            await db.execute(update(Clinic).values(phone=Clinic.phone))
    except OperationalError:
        return Write(time.perf_counter() - began, failed=True)
    return Write(time.perf_counter() - began)
