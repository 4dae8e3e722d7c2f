"""Set up and run everything on one machine: keys, schema, demo clinic, then web and worker side by side."""

import argparse
import asyncio

from server import crypto, settings, supervisor
from server.operations import keyring_file, setup
from server.settings import Settings


def run(_: argparse.Namespace, given: Settings) -> int:
    if not supervisor.port_is_free(given):
        raise settings.BadSetting(f"port {given.listens_on()[1]} is taken; try PORT=8001 make run")
    keyring_file.ensure(given)
    crypto.use(crypto.load_keyring(given.secret_keys))
    print("Interlude", flush=True)
    invitation = asyncio.run(setup.prepare(given))
    return supervisor.side_by_side(given, invitation)
