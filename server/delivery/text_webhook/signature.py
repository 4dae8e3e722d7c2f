"""Whether a request comes from the text provider: HMAC-SHA-256 over timestamp, dot and body, at most minutes old."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether the signature is right and its time, in seconds since 1970, is within the window around now."""
    if not _SECONDS.fullmatch(timestamp):
        return False
    expected = sign(secret, timestamp, body)
    is_right = hmac.compare_digest(expected.encode(), signature.lower().encode())
    return is_right and abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
