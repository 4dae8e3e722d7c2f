"""Hash and check passwords with argon2id, in a few threads of their own.

A hash takes tens of milliseconds of a core on purpose. On the event loop it would hold up every other request, and in
a transaction it would hold SQLite's write lock: answers and reminders would wait for whoever guesses passwords
(case 120).
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

Result = TypeVar("Result")
AT_ONCE = 2  # threads
MOST_WAITING = 50  # hashes in progress or waiting for a thread; further ones are refused

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_waiting = 0


class TooBusy(Exception):
    """Too many hashes are waiting: we refuse the next one rather than keep its person waiting."""


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password matches this hash. Without a hash: False, after the same time. Raises TooBusy."""
    is_right = await _in_a_thread(lambda: _verify(password_hash, _composed(password)))
    if not is_right and password_hash is not None and password != _composed(password):
        is_right = await _in_a_thread(lambda: _verify(password_hash, password))  # a hash from before we composed
    return is_right


async def hashed(password: str) -> str:
    """A new salted hash of the password. Raises TooBusy."""
    return await _in_a_thread(lambda: _hasher.hash(_composed(password)))


def _composed(password: str) -> str:
    """The password in composed form, however the device wrote its accents: é as one character, not two (case 82)."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has, so that refusing an account without one takes as long."""
    return _hasher.hash(secrets.token_urlsafe())


def _verify(password_hash: str | None, password: str) -> bool:
    """Always compute `_nobodys`, so that the first call of a process takes as long with a hash as without."""
    nobodys = _nobodys()
    try:
        return _hasher.verify(password_hash or nobodys, password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


async def _in_a_thread(work: Callable[[], Result]) -> Result:
    global _waiting
    if _waiting >= MOST_WAITING:
        raise TooBusy
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1
