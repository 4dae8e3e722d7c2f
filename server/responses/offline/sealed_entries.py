"""Decrypt entries that a device encrypted while offline: ECDH on P-256, HKDF-SHA-256, AES-256-GCM.

The device makes a new key pair for each entry, so it cannot decrypt its own entries. The client id is authenticated as
associated data.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server import crypto
from server.flags.rules import Urgency
from server.questionnaires.respondents import Respondent

INFO = b"interlude outbox 1"
FIELDS = ("client_id", "key", "public", "iv", "box")


class BadSealedEntry(ValueError):
    """A sealed entry that is malformed, altered, or encrypted to a key that we do not have."""


@dataclass(frozen=True)
class SealedBody:
    client_id: str
    key: str
    public: bytes
    iv: bytes
    box: bytes

    @classmethod
    def read(cls, body: Any) -> "SealedBody":
        if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in FIELDS):
            raise BadSealedEntry("a sealed entry has client_id, key, public, iv and box")
        client_id = body["client_id"]
        if not (8 <= len(client_id) <= 40 and client_id.isascii() and client_id.replace("-", "").isalnum()):
            raise BadSealedEntry("client_id is 8 to 40 letters, digits and hyphens")
        try:
            raw = [crypto.unb64(body[name]) for name in ("public", "iv", "box")]
        except ValueError:
            raise BadSealedEntry("public, iv and box are base64url") from None
        return cls(client_id, body["key"], *raw)


@dataclass(frozen=True)
class Entry:
    client_id: str
    answers: dict[str, object]
    respondent: Respondent
    answered_at: datetime
    copied: tuple[str, ...] = ()  # link ids that the device says it copied from last time
    questionnaire: str = ""  # id of the version that the device showed; empty from a device with last year's app
    urgency: Urgency | None = None  # how urgent the patient finds it, if the device asked
    device_time: datetime | None = None  # the device's clock when it sends


def decrypt_entry(sealed: SealedBody) -> Entry:
    """Decrypt an entry. Raises BadSealedEntry."""
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sealed.public)
        shared = crypto.outbox_private(sealed.key).exchange(ec.ECDH(), theirs)
        key = HKDF(SHA256(), 32, salt=sealed.public, info=INFO).derive(shared)
        text = AESGCM(key).decrypt(sealed.iv, sealed.box, sealed.client_id.encode())
        return _entry(sealed.client_id, json.loads(text))
    except (InvalidTag, crypto.MissingKey, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise BadSealedEntry(f"the entry does not open ({type(error).__name__})") from None


def _entry(client_id: str, found: Any) -> Entry:
    if not isinstance(found["answers"], dict):
        raise TypeError("answers")
    return Entry(
        client_id,
        found["answers"],
        Respondent(found.get("respondent", Respondent.SELF)),
        datetime.fromtimestamp(float(found["answered_at"]) / 1000, UTC),
        tuple(each for each in found.get("as_before", ()) if isinstance(each, str)),
        str(found.get("questionnaire", "")),
        Urgency(found["urgency"]) if found.get("urgency") else None,
    )
