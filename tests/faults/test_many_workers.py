"""Worker processes side by side: they race for what is due (case 5), and one is stopped and resumed (case 6)."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.db import Database
from server.db.sqlite_library import sqlite3
from server.reminders.rules import LEASE
from tests.databases import Postgres
from tests.faults import due_patients
from tests.faults.background import Background
from tests.faults.crowd import DUE, gather_crowd
from tests.faults.lanes import Lane, postgres_copies
from tests.faults.services import Services
from tests.faults.worker import Job
from tests.faults.workers import Workers

MANY = 1000
SECOND = timedelta(seconds=1)


def test_case_5_two_workers_claim_none_of_a_thousand_due_reminders_twice(
    postgres: Postgres, loop: Background, workers: Workers
) -> None:
    loop.run(_race(postgres_copies(postgres).template_url, workers))


async def _race(url: str, workers: Workers) -> None:
    async with Services().running() as services:
        await gather_crowd(url, services, MANY)
        job = Job(due_patients.settings_for(url, services), services.ports, DUE, DUE + LEASE / 2)
        lived = await asyncio.gather(workers.live(job), workers.live(job))
        assert all(each.ended_well for each in lived), [each.lines[-1] for each in lived]
        shares = [each.points.count("channel push") for each in lived]
        assert Counter(push.topic for push in services.pushes).most_common(1)[0][1] == 1
        assert len(services.pushes) == sum(shares) == MANY
        assert min(shares) > 0
        assert await _ask(url, "SELECT count(*) FROM attempt WHERE state = 'accepted' AND fence = 1") == [(MANY,)]
        assert await _ask(url, "SELECT DISTINCT state FROM reminder") == [("sent",)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_case_6_a_worker_stopped_past_its_lease_overwrites_nothing_when_it_resumes(
    request: pytest.FixtureRequest, loop: Background, kind: str
) -> None:
    loop.run(_stopped(request.getfixturevalue(f"{kind}_lane")))


async def _stopped(lane: Lane) -> None:
    """Helen's phone answers the first worker with an error, but only after the second worker has finished."""
    async with lane.fresh() as job:
        url, gate = job.settings.database_url, asyncio.Event()
        lane.services.gates, lane.services.answers = {"helen": gate}, due_patients.ANSWERS | {"helen": [413, 201]}
        slow = lane.workers.start(replace(job, now=DUE, end=DUE))
        await _until_pushed(lane, "helen")
        await _stop(await slow.pid, url)
        try:
            after = DUE + LEASE + SECOND
            assert (await lane.workers.live(replace(job, now=after, end=after))).ended_well
            [topic] = {push.topic for push in lane.services.pushes if push.phone == "helen"}
            left = await _ask(url, LEFT.format(topic))
        finally:
            gate.set()
            os.kill(await slow.pid, signal.SIGCONT)
        assert (await slow.lived()).ended_well
        assert await _ask(url, LEFT.format(topic)) == left
        lane.services.answers = dict(due_patients.ANSWERS)
    assert [push.status for push in lane.services.pushes if push.phone == "helen"] == [413, 201]
    assert [row[:2] for row in left] == [("sent", 2)]
    assert max(Counter(number for number, _ in lane.services.texts).values()) == 1
    assert max(Counter(lane.services.letters).values()) == 1


COLUMNS = "state, fence, channel_index, tries, next_at, next_channel_at, lease_until, reason"
LEFT = f"SELECT {COLUMNS} FROM reminder WHERE id = '{{}}'"


async def _stop(pid: int, url: str) -> None:
    """Stop the worker while it holds no lock.

    Stopped during a write it would block everybody, which is another case.
    """
    async with asyncio.timeout(30):
        while True:
            os.kill(pid, signal.SIGSTOP)
            if await asyncio.to_thread(_is_free, url):
                return
            os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0.2)


def _is_free(url: str) -> bool:
    if not url.startswith("sqlite"):
        return True
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.5)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        db.rollback()
        return True


async def _until_pushed(lane: Lane, phone: str) -> None:
    """Wait for the pushes, and a moment more, so that the worker finishes everything else."""
    async with asyncio.timeout(30):
        while not any(push.phone == phone for push in lane.services.pushes):
            await lane.services.push.arrived.acquire()
            await asyncio.sleep(0.5)


async def _ask(url: str, query: str) -> list[tuple[object, ...]]:
    database = Database(url)
    async with database.reading() as db:
        found = [tuple(row) for row in await db.execute(text(query))]
    await database.close()
    return found
