"""The keyring file: create it once, and check it against the stored data."""

import os
from pathlib import Path

from sqlalchemy import select

from server import crypto
from server.db import Database
from server.people.models import Patient
from server.settings import Settings


async def check(database: Database) -> None:
    """Raise MissingKey if our keys can't decrypt the stored data, so that nothing starts with them (case 59)."""
    async with database.reading() as db:
        for patient in await db.scalars(select(Patient).limit(1)):
            try:
                patient.name  # noqa: B018  # reading it decrypts it
            except (crypto.MissingKey, ValueError) as error:
                raise crypto.MissingKey(
                    f"the stored data can't be opened: {error}. Put the old key back into INTERLUDE_SECRET_KEYS"
                ) from None


def is_there(given: Settings) -> bool:
    """Whether the setting is a keyring itself or names an existing file."""
    return given.secret_keys.lstrip().startswith("{") or Path(given.secret_keys).exists()


def ensure(given: Settings) -> bool:
    """Create the keyring file if it does not exist; True if it did so. Never replaces an existing keyring."""
    if is_there(given):
        return False
    path = Path(given.secret_keys)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(crypto.dump_keyring(crypto.new_keyring()))
    return True
