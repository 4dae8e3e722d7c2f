"""Keyed hashes to look values up by; tokens, and the hashes that we store instead of them."""

import hashlib
import hmac
import secrets

from server.crypto.keys import keyring


def keyed_hash(value: str, purpose: str) -> str:
    """64 hex characters; the hash of a value differs by purpose."""
    return hmac.new(keyring().lookup, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def new_token() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The hash that is stored instead of the token. A random token needs no key and no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
