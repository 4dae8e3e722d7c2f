"""One-time codes of an authenticator app (TOTP, RFC 6238)."""

from datetime import datetime

import pyotp

from server.typed.text import code_digits

DIGITS = 6


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The 30 s step that the code belongs to, with one step of drift either way; None if it matches none."""
    totp, code = pyotp.TOTP(secret), code_digits(typed, DIGITS)
    if code is None:
        return None
    here = int(now.timestamp()) // totp.interval
    steps = (step for step in (here, here - 1, here + 1))
    return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code)), None)


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Interlude")
