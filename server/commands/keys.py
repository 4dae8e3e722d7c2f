"""Create the keyring file if needed. Print only the ids of its keys, and how many devices use which push key."""

import argparse
from pathlib import Path

from server import crypto
from server.commands.shared import say, with_keys
from server.operations import keyring_file, keys_in_use
from server.settings import Settings


def run(arguments: argparse.Namespace, given: Settings) -> int:
    made = keyring_file.ensure(given)
    ring = crypto.load_keyring(given.secret_keys)
    there = not given.database_url.startswith("sqlite") or Path(given.database_url.removeprefix("sqlite:///")).exists()
    phones = with_keys(given, keys_in_use.phones_by_key) if there else None
    answer = {"made": made, "data": list(ring.data), "vapid": list(ring.vapid), "outbox": list(ring.outbox)}
    answer |= {"phones": phones}
    say(
        arguments,
        answer,
        "\n".join(
            f"{name}: {', '.join(map(str, ids)) if isinstance(ids, list) else ids}" for name, ids in answer.items()
        ),
    )
    return 0
