"""aiosqlite with one trip to its thread for each statement.

aiosqlite runs SQLite in a thread. SQLAlchemy makes it go there four times for each statement: to make a cursor, to
execute, to fetch and to close. The trips cost more than the statements, so our cursor does all four at once.

SQLite lets a process that finds the write lock taken sleep longer each time, up to 100 ms. Beside a process that
writes again and again it would hardly ever find the lock free, so our connection tries each millisecond.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import aiosqlite

from server.db.sqlite_library import sqlite3

CACHED_STATEMENTS = 500  # more statements than a process has; the module's own default is 128

BEGIN_WRITING = "BEGIN IMMEDIATE"
LOOKS_AGAIN = 0.001  # seconds between two tries to take the write lock

Result = TypeVar("Result")
Parameters = Sequence[Any]
Row = tuple[Any, ...]


async def connect(path: str, lock_timeout: float, pragmas: Sequence[str]) -> "Connection":
    """Open the database file with these pragmas, and wait `lock_timeout` seconds at most for another process's lock.

    The driver begins no transaction itself: it would begin too late, and deferred.
    """

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path,
            timeout=lock_timeout,
            isolation_level=None,
            check_same_thread=False,  # as SQLAlchemy itself opens a file
            cached_statements=CACHED_STATEMENTS,
        )
        for pragma in pragmas:
            _once_free(partial(connection.execute, f"PRAGMA {pragma}"), lock_timeout)
        return connection

    connection = Connection(open_file, iter_chunk_size=64)
    connection._thread.daemon = True  # a process may end while a connection is open
    await connection
    return connection


class Connection(aiosqlite.Connection):
    """aiosqlite's connection, with cursors of ours. A commit or rollback outside a transaction makes no trip."""

    _may_have_begun = False  # a cancelled task does not know whether its BEGIN still runs in the thread

    def cursor(self) -> "Cursor":  # type: ignore[override]
        return Cursor(self)

    async def commit(self) -> None:
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        if self.in_transaction or self._may_have_begun:
            self._may_have_begun = False
            await super().rollback()

    async def begin_writing(self) -> None:
        """BEGIN IMMEDIATE. Raises sqlite3.OperationalError if others hold the lock for longer than busy_timeout."""
        await self.in_thread(_begin_writing)

    async def in_thread(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            done: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self._may_have_begun = True
            raise
        return done


def _begin_writing(opened: sqlite3.Connection) -> None:
    [(busy_timeout,)] = opened.execute("PRAGMA busy_timeout")  # milliseconds; an upgrade waits longer than others
    opened.execute("PRAGMA busy_timeout=0")
    try:
        _once_free(partial(opened.execute, BEGIN_WRITING), busy_timeout / 1000)
    finally:
        opened.execute(f"PRAGMA busy_timeout={busy_timeout}")


def _once_free(act: Callable[[], object], seconds: float) -> None:
    """Act, and try again until the lock is free. SQLite itself does not wait when it switches a file to WAL."""
    until = time.monotonic() + seconds
    while not _is_done(act, is_last=time.monotonic() >= until):
        time.sleep(LOOKS_AGAIN)


def _is_done(act: Callable[[], object], *, is_last: bool) -> bool:
    try:
        act()
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


class Cursor:
    """The cursor methods that SQLAlchemy calls on an asynchronous driver. `execute` fetches all rows."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Row] = []

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Parameters = ()) -> None:
        if sql == BEGIN_WRITING:
            await self._connection.begin_writing()
            return
        await self._connection.in_thread(lambda opened: self._take(opened.execute(sql, parameters)))

    async def executemany(self, sql: str, parameters: Sequence[Parameters]) -> None:
        await self._connection.in_thread(lambda opened: self._take(opened.executemany(sql, parameters)))

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Row]:
        return self._rows

    async def close(self) -> None:
        self._rows = []
