"""Checks before the web and worker processes start (case 59)."""

import pytest
from sqlalchemy import text

from server import crypto, migrations
from server.crypto import MissingKey
from server.db import Database
from server.operations import readiness
from server.settings import BadSetting
from tests.cast import Cast


async def test_a_database_with_schema_and_keys_is_ready(database: Database, cast: Cast) -> None:
    assert not await migrations.is_behind(database)
    await readiness.check_ready(database)


async def test_case_59_the_app_does_not_start_with_other_keys(database: Database, cast: Cast) -> None:
    crypto.use(crypto.new_keyring())
    with pytest.raises(MissingKey):
        await readiness.check_ready(database)


async def test_the_app_does_not_start_with_an_old_schema(database: Database) -> None:
    async with database.writing() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = 'former'"))
    with pytest.raises(BadSetting, match="interlude migrate"):
        await readiness.check_ready(database)
