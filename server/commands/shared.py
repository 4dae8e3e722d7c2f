"""Shared by several commands: load the keys, open the database, answer in words or in JSON."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server import crypto
from server.db import Database
from server.settings import Settings

T = TypeVar("T")


def with_keys(given: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    crypto.use(crypto.load_keyring(given.secret_keys))
    return asyncio.run(with_database(given, work))


async def with_database(given: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(given.database_url)
    try:
        return await work(database)
    finally:
        await database.close()


def say(arguments: argparse.Namespace, answer: dict[str, object], words: str) -> None:
    print(json.dumps(answer) if arguments.json else words)
