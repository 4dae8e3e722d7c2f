"""VAPID keys (RFC 8292): the private half signs pushes, browsers subscribe with the public one."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.channels.push.subscription_keys import from_base64url
from server.crypto import b64


class BadVapidKey(ValueError):
    """Not a private key that can sign pushes."""


def new_vapid_key() -> str:
    """A raw P-256 private value in base64url, as PushChannel takes it."""
    value = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return b64(value.to_bytes(32, "big"))


def vapid_public_key(private: str) -> str:
    """The browser's `applicationServerKey`: an uncompressed point, base64url. Raises BadVapidKey."""
    return public_half(private_key(private))


def private_key(raw: str) -> ec.EllipticCurvePrivateKey:
    try:
        value = from_base64url(raw)
        if len(value) == 32:
            return ec.derive_private_key(int.from_bytes(value, "big"), ec.SECP256R1())
    except ValueError as error:
        raise BadVapidKey("not a private value of the curve P-256 in base64url") from error
    raise BadVapidKey("a VAPID private key is 32 bytes in base64url")


def public_half(key: ec.EllipticCurvePrivateKey) -> str:
    return b64(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
