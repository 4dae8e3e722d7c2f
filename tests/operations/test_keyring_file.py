"""The app does not start without the key of the data (case 59)."""

from dataclasses import replace

import pytest

from server import crypto
from server.crypto import Keyring, MissingKey
from server.db import Database
from server.operations import keyring_file
from server.people.models import Patient
from tests.cast import Cast
from tests.stories import rows


async def test_case_59_the_app_does_not_start_without_the_key_of_the_data(database: Database, cast: Cast) -> None:
    await keyring_file.check(database)
    crypto.use(crypto.new_keyring())
    with pytest.raises(MissingKey, match="Put the old key back into INTERLUDE_SECRET_KEYS"):
        await keyring_file.check(database)


async def test_case_59_nor_does_it_start_with_another_key_of_the_same_name(
    database: Database, cast: Cast, keyring: Keyring
) -> None:
    other = dict.fromkeys(keyring.data, bytes(32))
    crypto.use(replace(keyring, data=other))
    with pytest.raises(MissingKey, match="can't be opened"):
        await keyring_file.check(database)


async def test_an_empty_database_needs_no_old_key(database: Database) -> None:
    crypto.use(crypto.new_keyring())
    await keyring_file.check(database)
    assert await rows(database, Patient) == []
