"""The keys of a push subscription, checked (RFC 8291 §3)."""

import base64
import re

from cryptography.hazmat.primitives.asymmetric import ec

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


class BadKeys(ValueError):
    """Not the keys of a push subscription."""


def check_subscription_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The subscription's public key and secret, decoded. Raises BadKeys, also for a point off the curve."""
    point, secret = check_keys(p256dh, auth)
    on_curve(point)
    return point, secret


def on_curve(point: bytes) -> ec.EllipticCurvePublicKey:
    """The public key that these 65 bytes encode. Raises BadKeys if they are no point on the curve."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise BadKeys("p256dh is not a point on the curve P-256") from error


def check_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The subscription's public key (an uncompressed P-256 point) and its secret (RFC 8291 §3).

    Raises BadKeys. Only `check_subscription_keys` checks that the point is on the curve.
    """
    try:
        point, secret = from_base64url(p256dh), from_base64url(auth)
    except ValueError as error:
        raise BadKeys("a key is not base64url") from error
    if len(point) != 65 or point[0] != 4:
        raise BadKeys("p256dh is not an uncompressed point of 65 bytes")
    if len(secret) != 16:
        raise BadKeys("auth is not 16 bytes")
    return point, secret


def from_base64url(text: str) -> bytes:
    """Decode, with or without padding. Unlike the standard library, raise ValueError for any other character."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    bare = text.rstrip("=")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
