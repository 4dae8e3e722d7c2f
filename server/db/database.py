"""One engine, and sessions that are one transaction each.

SQLite has one writer. Writes start with BEGIN IMMEDIATE; a lock allows one at a time in a process, and a busy timeout
limits the wait between processes. A process that writes again and again pauses after each transaction, so that others
get their turn. PostgreSQL needs none of this.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from server.db import sqlite_driver
from server.db.sqlite_driver import BEGIN_WRITING
from server.db.sqlite_library import driver_module, sqlite3

BUSY_TIMEOUT = 5.0  # seconds; on SQLite
PAUSE = 0.004  # seconds between two writing transactions of a process; a waiting process tries each millisecond


def has_wal_reset_fault(version: tuple[int, ...]) -> bool:
    """Whether this SQLite version can lose a commit when a WAL is reset: 3.7.0 to 3.51.2, except 3.50.7 and 3.44.6."""
    return (3, 7, 0) <= version <= (3, 51, 2) and version not in ((3, 50, 7), (3, 44, 6))


class Database:
    """An engine with two kinds of session, `reading` and `writing`; each is one transaction."""

    def __init__(self, url: str, lock_timeout: float | None = None) -> None:
        """`lock_timeout`, in seconds, limits each wait for another transaction's row locks (PostgreSQL only)."""
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url, lock_timeout)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._one_writer: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._wrote_at = -PAUSE

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as db:
            yield db

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end and rolls back on an exception."""
        async with self._one_writer or nullcontext(), self._sessions() as db:
            if self.is_sqlite:
                await asyncio.sleep(max(0.0, self._wrote_at + PAUSE - time.monotonic()))
            await db.connection(execution_options={"begin": BEGIN_WRITING} if self.is_sqlite else None)
            try:
                async with _finishing(db):
                    yield db
            finally:
                self._wrote_at = time.monotonic()

    async def close(self) -> None:
        await self.engine.dispose()


async def ping(db: AsyncSession) -> None:
    """Raise if the database does not answer."""
    await db.execute(text("SELECT 1"))


@asynccontextmanager
async def _finishing(db: AsyncSession) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        await db.rollback()
        raise
    try:
        await db.commit()
    except BaseException:
        # After a failed commit SQLAlchemy considers the transaction ended, but SQLite's goes on and holds the write
        # lock. The next user of the connection could not begin, so discard it.
        await db.invalidate()
        raise


def _postgres_engine(url: str, lock_timeout: float | None) -> AsyncEngine:
    settings = {} if lock_timeout is None else {"lock_timeout": str(int(lock_timeout * 1000))}
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        connect_args={"server_settings": settings},
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+aiosqlite://", 1),
        module=driver_module(),
        async_creator=lambda: sqlite_driver.connect(path, BUSY_TIMEOUT, _pragmas()),
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _pragmas() -> tuple[str, ...]:
    wal = not has_wal_reset_fault(sqlite3.sqlite_version_info)
    return (f"journal_mode={'WAL' if wal else 'TRUNCATE'}", "synchronous=FULL", "foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
