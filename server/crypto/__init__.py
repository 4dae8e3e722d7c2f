"""Keys, encrypted ("sealed") columns, keyed hashes to look values up by, and tokens."""

from server.crypto.base64url import b64, unb64
from server.crypto.hashes import keyed_hash, new_token, token_hash
from server.crypto.keys import (
    Keyring,
    MissingKey,
    dump_keyring,
    keyring,
    load_keyring,
    new_keyring,
    outbox_private,
    outbox_public,
    use,
)
from server.crypto.sealing import NONCE, Sealed, seal, unseal

__all__ = [
    "NONCE",
    "Keyring",
    "MissingKey",
    "Sealed",
    "b64",
    "dump_keyring",
    "keyed_hash",
    "keyring",
    "load_keyring",
    "new_keyring",
    "new_token",
    "outbox_private",
    "outbox_public",
    "seal",
    "token_hash",
    "unb64",
    "unseal",
    "use",
]
