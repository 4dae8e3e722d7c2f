"""Encrypted ("sealed") columns.

A sealed column is AES-256-GCM: key id, nonce, ciphertext. It is bound to its table, column and row, so that a value
moved to another row can't be decrypted. A value that must be unique or looked up has a keyed hash in another column.
"""

import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.crypto.hashes import keyed_hash
from server.crypto.keys import keyring

T = TypeVar("T", bound=str | None)
NONCE = 12


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(text: str, bound: str) -> bytes:
    ring = keyring()
    nonce = secrets.token_bytes(NONCE)
    ciphertext = _cipher(ring.key(ring.current)).encrypt(nonce, text.encode(), bound.encode())
    return ring.current.encode() + b":" + nonce + ciphertext


def unseal(blob: bytes, bound: str) -> str:
    """Decrypt. Raises MissingKey for an unknown key, ValueError for a value that was altered or moved."""
    key_id, _, rest = blob.partition(b":")
    try:
        return _cipher(keyring().key(key_id.decode())).decrypt(rest[:NONCE], rest[NONCE:], bound.encode()).decode()
    except InvalidTag:
        raise ValueError(f"{bound} does not open: altered, or moved from another row") from None


class Sealed(Generic[T]):
    """An attribute that is stored encrypted in the column `<name>_sealed` of the same row.

    `binding` is the name that the ciphertext is bound to, together with the row's id. It must not change when the table
    or the attribute is renamed, or stored values could not be decrypted. A value that is `looked_up_as` something also
    has the keyed hash of its `compared` form for that purpose in the column `<name>_hash`.
    """

    def __init__(self, binding: str, looked_up_as: str = "", compared: Callable[[str], str] = str) -> None:
        self.binding, self.looked_up_as, self.compared = binding, looked_up_as, compared

    def __set_name__(self, owner: type, name: str) -> None:
        self.column, self.hash_column = f"{name}_sealed", f"{name}_hash"

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed[T]": ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        blob = getattr(row, self.column)
        return None if blob is None else unseal(blob, self._bound(row))

    def __set__(self, row: Any, text: T) -> None:
        setattr(row, self.column, None if text is None else seal(text, self._bound(row)))
        if self.looked_up_as:
            hashed = None if text is None else keyed_hash(self.compared(text), self.looked_up_as)
            setattr(row, self.hash_column, hashed)

    def _bound(self, row: Any) -> str:
        return f"{self.binding}:{row.id}"
