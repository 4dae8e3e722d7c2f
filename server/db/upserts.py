"""An INSERT for both databases that also handles a row that exists already."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.db.tables import Base, new_id


def upsert(
    db: AsyncSession, table: type[Base], row: Mapping[str, Any], unique: Sequence[str], change: Mapping[str, Any] | None
) -> sqlite.Insert | postgresql.Insert:
    """The statement that inserts `row` with a new id.

    An existing row with the same `unique` columns gets `change` instead, or stays as it is if `change` is None.
    """
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(id=new_id(), **row)
    if change is None:
        return statement.on_conflict_do_nothing(index_elements=unique)
    return statement.on_conflict_do_update(index_elements=unique, set_=change)
