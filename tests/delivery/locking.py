"""Another transaction that locks rows, as a program or a person at a console may."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from server.db import Database

postgres_only = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite locks no rows


@asynccontextmanager
async def lock_rows(url: str, *selects: str) -> AsyncIterator[None]:
    """Runs each SELECT … FOR UPDATE, and keeps its locks until the end of the block."""
    database = Database(url)
    async with database.reading() as db:
        for select in selects:
            await db.execute(text(select))
        yield
        await db.rollback()
    await database.close()
