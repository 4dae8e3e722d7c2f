"""When a push service refuses a POST: RFC 8030, and RFC 8292 for a subscription bound to a VAPID key."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from .push_mailbox import Subscription

LARGEST_BODY = 4096
LONGEST_LIFE = 24 * 3600
Refused = tuple[int, str]


def problem_with(
    headers: Mapping[str, str], body: bytes, subscription: Subscription | None, origin: str, now: float
) -> Refused | None:
    """The status and reason of a refusal, or None if the message is valid."""
    if subscription is None:
        return 410, "no such subscription"
    if subscription.key and (refused := _unauthorised(headers, subscription.key, origin, now)):
        return refused
    if not headers.get("TTL", "").isdigit():
        return 400, "no TTL"
    if len(body) > LARGEST_BODY:
        return 413, f"{len(body)} bytes"
    if body and headers.get("Content-Encoding") not in {"aes128gcm", "aesgcm"}:
        return 400, "Content-Encoding is neither aes128gcm nor aesgcm"
    return None


def _unauthorised(headers: Mapping[str, str], key: str, origin: str, now: float) -> Refused | None:
    authorization = headers.get("Authorization")
    if authorization is None:
        return 401, "no Authorization"
    reason = _vapid_problem(authorization, key, origin, now)
    return (403, reason) if reason else None


def _vapid_problem(authorization: str, key: str, origin: str, now: float) -> str | None:
    try:
        token, sender_key = _parse(authorization)
        claims = _verified_claims(token, sender_key)
    except (ValueError, KeyError, InvalidSignature) as error:
        return f"unreadable or badly signed: {error!r}"
    if _from_base64url(sender_key) != _from_base64url(key):
        return "signed with a key other than the subscription's"
    return _claims_problem(claims, origin, now)


def _parse(authorization: str) -> tuple[str, str]:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "vapid":
        raise ValueError(f"scheme {scheme!r}")
    pairs = dict(part.strip().split("=", 1) for part in rest.split(","))
    return pairs["t"], pairs["k"]


def _verified_claims(token: str, key: str) -> dict[str, Any]:
    signed, _, signature = token.rpartition(".")
    raw = _from_base64url(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _from_base64url(key))
    public_key.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    claims = json.loads(_from_base64url(signed.partition(".")[2]))
    if not isinstance(claims, dict):
        raise ValueError("claims are not an object")
    return claims


def _claims_problem(claims: dict[str, Any], origin: str, now: float) -> str | None:
    if claims.get("aud") != origin:
        return f"aud is {claims.get('aud')!r}, not {origin!r}"
    if not now < claims.get("exp", 0) <= now + LONGEST_LIFE:
        return f"exp {claims.get('exp')!r} is past or more than a day ahead"
    # Apple refuses a push whose contact is not a real address. This service does too, so that tests notice it.
    if not str(claims.get("sub", "")).startswith(("mailto:", "https://")):
        return f"sub is {claims.get('sub')!r}"
    return None


def _from_base64url(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
