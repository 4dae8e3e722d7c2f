"""What no sender can beat: each message encrypted (RFC 8291), and nothing else. No database, no network, no objects.

The curve and the cipher run in C, by `cryptography`; HKDF is four calls of the standard library's HMAC, in C too. Every
message has a fresh key pair: reusing one would be faster and is not allowed. The VAPID header (RFC 8292) is signed
once, because it holds for twelve hours at one push service.
"""

import os
import struct
import time
from collections.abc import Sequence
from hmac import digest
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from server import crypto
from tests.bench.rivals import store
from tests.stories import browser_keys

RECORD = 4096  # bytes
Keys = tuple[bytes, bytes]  # the public point and the secret of a subscription
_filled: dict[Path, list[Keys]] = {}


def fill(path: Path, endpoints: Sequence[str]) -> None:
    pairs = (browser_keys() for _ in endpoints)
    _filled[path] = [(crypto.unb64(p256dh), crypto.unb64(auth)) for p256dh, auth in pairs]
    store.fill(path, [])


def send_all(path: Path, vapid_private_key: str) -> None:
    claims = store.CLAIMS | {"aud": "https://push.example", "exp": int(time.time()) + 3600}
    Vapid.from_string(private_key=vapid_private_key).sign(claims)
    payload = store.PAYLOAD.encode()
    for point, secret in _filled[path]:
        encrypted(payload, point, secret)


def encrypted(payload: bytes, point: bytes, secret: bytes) -> bytes:
    """One record of `aes128gcm` (RFC 8188), for the subscription with this public point and secret."""
    key = ec.generate_private_key(ec.SECP256R1())
    ours = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    material = _expanded(digest(secret, shared, "sha256"), b"WebPush: info\0" + point + ours)
    salt = os.urandom(16)
    root = digest(salt, material, "sha256")
    content_key = _expanded(root, b"Content-Encoding: aes128gcm\0")[:16]
    nonce = _expanded(root, b"Content-Encoding: nonce\0")[:12]
    head = salt + struct.pack(">IB", RECORD, len(ours)) + ours
    return head + AESGCM(content_key).encrypt(nonce, payload + b"\2", None)


def _expanded(key: bytes, info: bytes) -> bytes:
    """HKDF's second step (RFC 5869), for 32 bytes or fewer."""
    return digest(key, info + b"\1", "sha256")
