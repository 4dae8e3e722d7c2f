"""Alter a table. SQLite cannot, so alembic reads the table, makes a new one and copies the rows."""

from contextlib import AbstractContextManager

from alembic import op
from alembic.operations import BatchOperations


def altering(table: str) -> AbstractContextManager[BatchOperations]:
    """Collects changes of this table, and makes them when the block ends.

    The tables that it refers to are not read: that took more than half the time of an upgrade.
    """
    return op.batch_alter_table(table, reflect_kwargs={"resolve_fks": False})
