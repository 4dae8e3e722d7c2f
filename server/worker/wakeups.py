"""Wake the sender when a process writes to the database, so that it checks what is due."""

import asyncio

import structlog
from sqlalchemy import text

from server.worker.worker import LOOK_EVERY, Worker

log = structlog.get_logger()
STAYS_FOR = 30.0  # seconds between two queries that show whether PostgreSQL's connection is alive
ANSWERS_WITHIN = 5.0  # seconds


async def notice_writes(worker: Worker) -> None:
    """Set `worker.wake` at each write, for ever: by NOTIFY on PostgreSQL, by `PRAGMA data_version` on SQLite.

    When its connection ends it connects again; until then the worker looks every second (case 136).
    """
    while True:
        try:
            await (_look(worker) if worker.database.is_sqlite else _listen(worker))
        except Exception as error:
            if worker.hears_writes:
                log.warning("wake-ups.ended", kind=type(error).__name__)
        worker.hears_writes = False
        worker.wake.set()
        await asyncio.sleep(LOOK_EVERY)


def _connected(worker: Worker) -> None:
    """Writes before this connection were not announced: look once."""
    if not worker.hears_writes:
        log.info("wake-ups.back")
    worker.hears_writes = True
    worker.wake.set()


async def _look(worker: Worker) -> None:
    seen = None
    async with worker.database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while True:
            version = (await connection.execute(text("PRAGMA data_version"))).scalar()
            await connection.rollback()
            if seen is None:
                _connected(worker)
            elif version != seen:
                worker.wake.set()
            seen = version
            await asyncio.sleep(LOOK_EVERY)


async def _listen(worker: Worker) -> None:
    """Return or raise when the connection has ended."""
    ended = asyncio.Event()
    async with worker.database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        try:
            driver.add_termination_listener(lambda _: ended.set())
            await driver.add_listener("reminders", lambda *_: worker.wake.set())
            _connected(worker)
            while not ended.is_set():
                await _is_set_within(ended, STAYS_FOR)
                await driver.execute("SELECT 1", timeout=ANSWERS_WITHIN)
        finally:
            await connection.invalidate()  # nobody else may get a connection that listens


async def _is_set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
