"""Wake the sender when a process writes to the database, so that it checks what is due."""

import asyncio

from sqlalchemy import text

from server.db import Database

LOOK_EVERY = 1.0  # seconds; on SQLite
STAYS_FOR = 30.0  # seconds between two queries that keep PostgreSQL's connection alive


async def notice_writes(database: Database, wake: asyncio.Event) -> None:
    """Set `wake` at each write, for ever: by NOTIFY on PostgreSQL, by `PRAGMA data_version` each second on SQLite."""
    if not database.is_sqlite:
        await _listen(database, wake)
        return
    seen = None
    async with database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while True:
            version = (await connection.execute(text("PRAGMA data_version"))).scalar()
            await connection.rollback()
            if version != seen:
                seen = version
                wake.set()
            await asyncio.sleep(LOOK_EVERY)


async def _listen(database: Database, wake: asyncio.Event) -> None:
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None
        await driver.add_listener("reminders", lambda *_: wake.set())
        while True:
            await asyncio.sleep(STAYS_FOR)
            await driver.execute("SELECT 1")
