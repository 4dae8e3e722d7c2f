"""One-time codes of an authenticator app (TOTP, RFC 6238)."""

from datetime import datetime

import pyotp


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30 s step that `code` belongs to, with one step of drift either way; None if it matches none."""
    totp = pyotp.TOTP(secret)
    here = int(now.timestamp()) // totp.interval
    steps = (step for step in (here, here - 1, here + 1))
    return next((step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), code.strip())), None)


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Interlude")
