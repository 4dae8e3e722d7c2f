"""Keys, encrypted ("sealed") columns, keyed hashes to look values up by, and tokens.

A sealed column is AES-256-GCM: key id, nonce, ciphertext. It is bound to its table, column and row, so that a value
moved to another row can't be decrypted. A value that must be unique or looked up has a keyed hash in another column.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

T = TypeVar("T", bound=str | None)
NONCE = 12


class MissingKey(RuntimeError):
    """Data is encrypted with a key that is not in the keyring, or the keyring itself is missing."""


@dataclass(frozen=True)
class Keyring:
    """Key id → 32-byte key, the current one first; one key for lookup hashes; VAPID and outbox keys.

    `vapid` and `outbox` hold raw P-256 private values in base64url: one signs pushes (RFC 8292), the other decrypts
    sealed entries. Old keys stay listed so that they still work.
    """

    data: dict[str, bytes]
    lookup: bytes
    vapid: dict[str, str]
    outbox: dict[str, str]

    @property
    def current(self) -> str:
        return next(iter(self.data))

    def key(self, key_id: str) -> bytes:
        try:
            return self.data[key_id]
        except KeyError:
            raise MissingKey(f"the encryption key {key_id!r} is not in the keyring") from None


def new_keyring() -> Keyring:
    return Keyring(
        data={f"d{secrets.token_hex(3)}": secrets.token_bytes(32)},
        lookup=secrets.token_bytes(32),
        vapid={f"v{secrets.token_hex(3)}": _new_private()},
        outbox={f"o{secrets.token_hex(3)}": _new_private()},
    )


def _new_private() -> str:
    return b64(secrets.token_bytes(32))  # a key is any 32 bytes below the curve's order; others: one in 2**32


def dump_keyring(keyring: Keyring) -> str:
    return json.dumps(
        {
            "data": {k: b64(v) for k, v in keyring.data.items()},
            "lookup": b64(keyring.lookup),
            "vapid": keyring.vapid,
            "outbox": keyring.outbox,
        },
        indent=2,
    )


def load_keyring(source: str) -> Keyring:
    """Load a keyring from JSON or from the path of a file. Raises MissingKey if it can't be read."""
    try:
        text = source if source.lstrip().startswith("{") else Path(source).read_text()
        found = json.loads(text)
        keyring = Keyring(
            data={k: unb64(v) for k, v in found["data"].items()},
            lookup=unb64(found["lookup"]),
            vapid=found["vapid"],
            outbox=found["outbox"],
        )
        if not (keyring.data and keyring.vapid and keyring.outbox):
            raise ValueError("a map of keys is empty")
        return keyring
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MissingKey(f"INTERLUDE_SECRET_KEYS holds no keyring ({type(error).__name__})") from error


_keyring: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Set the keyring of this process. Call it once at start."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    if _keyring is None:
        raise MissingKey("no keyring was loaded")
    return _keyring


def seal(text: str, bound: str) -> bytes:
    ring = keyring()
    nonce = secrets.token_bytes(NONCE)
    ciphertext = AESGCM(ring.key(ring.current)).encrypt(nonce, text.encode(), bound.encode())
    return ring.current.encode() + b":" + nonce + ciphertext


def unseal(blob: bytes, bound: str) -> str:
    """Decrypt. Raises MissingKey for an unknown key, ValueError for a value that was altered or moved."""
    key_id, _, rest = blob.partition(b":")
    try:
        return AESGCM(keyring().key(key_id.decode())).decrypt(rest[:NONCE], rest[NONCE:], bound.encode()).decode()
    except InvalidTag:
        raise ValueError(f"{bound} does not open: altered, or moved from another row") from None


def keyed_hash(value: str, purpose: str) -> str:
    """64 hex characters; the hash of a value differs by purpose."""
    return hmac.new(keyring().lookup, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def outbox_private(key_id: str) -> ec.EllipticCurvePrivateKey:
    """The private key with this id. Raises MissingKey."""
    raw = keyring().outbox.get(key_id)
    if raw is None:
        raise MissingKey("unknown outbox key")
    return ec.derive_private_key(int.from_bytes(unb64(raw), "big"), ec.SECP256R1())


def outbox_public() -> tuple[str, str]:
    """The current key's id, and its public point (uncompressed, base64url), which WebCrypto imports as "raw"."""
    key_id = next(iter(keyring().outbox))
    point = outbox_private(key_id).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key_id, b64(point)


def new_token() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The hash that is stored instead of the token. A random token needs no key and no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Sealed(Generic[T]):
    """An attribute that is stored encrypted in the column `<name>_sealed` of the same row.

    `binding` is the name that the ciphertext is bound to, together with the row's id. It must not change when the table
    or the attribute is renamed, or stored values could not be decrypted.
    """

    def __init__(self, binding: str) -> None:
        self.binding = binding

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name}_sealed"

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

    def _bound(self, row: Any) -> str:
        return f"{self.binding}:{row.id}"
