"""Fill an empty database with a demo clinic."""

import argparse
import asyncio

from server import crypto
from server.operations import keyring_file, setup
from server.settings import Settings


def run(_: argparse.Namespace, given: Settings) -> int:
    keyring_file.ensure(given)
    crypto.use(crypto.load_keyring(given.secret_keys))
    asyncio.run(setup.prepare(given))
    return 0
