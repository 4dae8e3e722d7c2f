"""aiosqlite with one trip to its thread for each statement.

aiosqlite runs SQLite in a thread. SQLAlchemy makes it go there four times for each statement: to make a cursor, to
execute, to fetch and to close. The trips cost more than the statements, so that here a cursor does all four at once.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import aiosqlite

CACHED_STATEMENTS = 500  # more than a process has; the module's own default is 128

Result = TypeVar("Result")
Parameters = Sequence[Any]
Row = tuple[Any, ...]


async def connect(path: str, lock_timeout: float, pragmas: Sequence[str]) -> "Connection":
    """Open the database file with these pragmas, and wait `lock_timeout` seconds at most for another process's lock.

    The driver begins no transaction itself: it would begin too late, and deferred.
    """

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=lock_timeout, isolation_level=None, cached_statements=CACHED_STATEMENTS
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
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

    async def in_thread(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            done: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self._may_have_begun = True
            raise
        return done


class Cursor:
    """The part of a cursor that SQLAlchemy asks an asynchronous driver for. It fetches all rows when it executes."""

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
