"""The keyring: encryption keys, the key of lookup hashes, VAPID and outbox keys."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.crypto.base64url import b64, unb64
from server.settings import CannotRun


class MissingKey(CannotRun, RuntimeError):
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
    return b64(secrets.token_bytes(32))  # any 32 bytes below the curve's order are a key; one in 2**32 is not


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
