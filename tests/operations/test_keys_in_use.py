"""The operator learns how many devices use which push key."""

from sqlalchemy import text

from server import crypto
from server.db import Database
from server.operations import keys_in_use
from tests.cast import Cast


async def test_devices_are_counted_by_key_the_current_one_first(database: Database, cast: Cast) -> None:
    counted = await keys_in_use.phones_by_key(database)
    assert counted is not None
    assert list(counted)[: len(crypto.keyring().vapid)] == list(crypto.keyring().vapid)


async def test_nothing_is_counted_while_the_schema_is_behind(database: Database) -> None:
    async with database.writing() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = 'former'"))
    assert await keys_in_use.phones_by_key(database) is None
