"""Bring the database schema up to date."""

import argparse
import asyncio

from server import crypto, migrations
from server.commands.shared import with_database
from server.operations import keyring_file
from server.settings import Settings


def run(_: argparse.Namespace, given: Settings) -> int:
    if keyring_file.is_there(given):  # a migration may have to decrypt columns; an empty database needs no keys
        crypto.use(crypto.load_keyring(given.secret_keys))
    asyncio.run(with_database(given, migrations.upgrade))
    print("the schema is up to date")
    return 0
