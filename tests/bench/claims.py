"""How long the claim of one batch takes while few and while many reminders are due, on SQLite.

Only the statements that claim count, not what a worker then does with the batch.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select

from server.db import Database, new_id
from server.delivery import claims
from server.reminders.models import Reminder
from tests.bench import crowd

FEW, MANY = 1_000, 100_000
PATIENTS = 50
ROUNDS = 15
AT_ONCE = 10_000  # rows in one INSERT


async def run(folder: Path, now: datetime) -> dict[int, float]:
    """The median of a claim in milliseconds, by how many were due."""
    database = await crowd.open_database(folder, "claims")
    endpoints = [f"http://127.0.0.1:9/now/{number}" for number in range(PATIENTS)]
    await crowd.fill(database, endpoints, crowd.hosts_of([9]), now)
    found, made = {}, PATIENTS
    for due in (FEW, MANY):
        await _add(database, due - made, now)
        found[due], made = await _claim_time(database, now), due
    await database.close()
    return found


async def _add(database: Database, count: int, now: datetime) -> None:
    """Copies of the reminders that are there, due at any second of the last hour."""
    table = Reminder.__table__
    async with database.writing() as db:
        kept = [dict(row) for row in (await db.execute(select(table).limit(PATIENTS))).mappings()]
        for begin in range(0, count, AT_ONCE):
            copies = [_copy(kept, number, now) for number in range(begin, min(begin + AT_ONCE, count))]
            await db.execute(insert(Reminder), copies)


def _copy(kept: list[dict[str, object]], number: int, now: datetime) -> dict[str, object]:
    due = now - timedelta(seconds=number * 7 % 3600)
    return kept[number % PATIENTS] | {"id": new_id(), "subject_id": new_id(), "next_at": due}


async def _claim_time(database: Database, now: datetime) -> float:
    took = []
    for _ in range(ROUNDS):
        async with database.writing() as db:
            began = time.perf_counter()
            claimed = await claims.claim_due(db, now)
            took.append(time.perf_counter() - began)
            assert len(claimed) == claims.BATCH
            await db.rollback()
    return median(took) * 1000
