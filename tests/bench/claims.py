"""How long the claim of one batch takes, and writing its attempts, while few and while many reminders are due.

On SQLite, each reminder of a patient of its own. The database does not keep what is measured.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from server.db import Database
from server.delivery import claims
from tests.bench import crowd
from tests.copies import add_copies

FEW, MANY = 1_000, 100_000
ROUNDS = 15


@dataclass(frozen=True)
class Took:
    """Medians in milliseconds."""

    claim: float
    attempts: float


async def run(folder: Path, now: datetime) -> dict[int, Took]:
    """By how many are due."""
    database = await crowd.open_database(folder, "claims")
    endpoints = [f"http://127.0.0.1:9/now/{number}" for number in range(claims.BATCH)]
    await crowd.fill(database, endpoints, crowd.hosts_of([9]), now - timedelta(minutes=1))
    found, made = {}, claims.BATCH
    for due in (FEW, MANY):
        async with database.writing() as db:
            await add_copies(db, due - made, now)
        found[due], made = await _batch_time(database, now), due
    await database.close()
    return found


async def _batch_time(database: Database, now: datetime) -> Took:
    claim, attempts = [], []
    for _ in range(ROUNDS):
        async with database.writing() as db:
            began = time.perf_counter()
            claimed = await claims.claim_due(db, now)
            claim.append(time.perf_counter() - began)
            outgoing = await claims.write_attempts(db, claimed, now, "https://localhost")
            attempts.append(time.perf_counter() - began - claim[-1])
            assert len(outgoing) == claims.BATCH
            await db.rollback()
    return Took(median(claim) * 1000, median(attempts) * 1000)
