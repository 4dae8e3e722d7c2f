"""Pure rules of access: codes, sign-in links, sessions, guesses, passwords, device names."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from server.typed.text import code_digits

PAIRING_LIFE = timedelta(minutes=30)
RESERVED_FOR = timedelta(minutes=30)  # a code that was typed in a browser on an iPhone, for the app on its Home Screen
ASK_LIFE = timedelta(minutes=15)
ASKS_ALLOWED = 60  # per address and window: all devices of a clinic may share one address
STAFF_LINK_LIFE = timedelta(hours=24)
PERSON_SESSION_LIFE = timedelta(days=400)  # since the last use; browsers cap a cookie's age at 400 days
PROLONGED_EVERY = timedelta(days=1)
STAFF_SESSION_LIFE = timedelta(hours=14)  # a long shift
CHALLENGE_LIFE = timedelta(minutes=5)
PROOF_LIFE = timedelta(minutes=15)  # a sign-in this recent suffices to add another passkey
GUESS_WINDOW = timedelta(minutes=15)
GUESSES_ALLOWED = 10
SHORTEST_PASSWORD = 12
CONSENT_VERSION = "2026-11-27"


class SubscriptionEnd(StrEnum):
    """Why a subscription ended. `GONE`: its push service or its browser no longer knows it."""

    GONE = "gone"
    DENIED = "denied"
    TURNED_OFF = "turned-off"
    SIGNED_OUT = "signed-out"
    REPLACED = "replaced"
    TAKEN_OVER = "taken-over"


class SessionEnd(StrEnum):
    """Why a session ended. `MOVED`: the app on the Home Screen took over from the browser."""

    SIGNED_OUT = "signed-out"
    ELSEWHERE = "elsewhere"
    STAFF = "staff"
    MOVED = "moved"
    REPLACED = "replaced"
    NEW_OWNER = "new-owner"
    ACCESS_ENDED = "access-ended"
    LEFT = "left"
    EXPIRED = "expired"


def pairing_code(typed: str) -> str | None:
    """The eight digits of a pairing code as typed; None if the text can't be a code and so is no guess (case 79)."""
    return code_digits(typed, 8)


def shown_code(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def guess_window(now: datetime) -> int:
    return int(now.timestamp() // GUESS_WINDOW.total_seconds())


def is_to_be_prolonged(expires_at: datetime, now: datetime) -> bool:
    """Whether a person's session that is in use was last prolonged at least a day ago."""
    return now + PERSON_SESSION_LIFE - expires_at >= PROLONGED_EVERY


def password_fault(password: str) -> Literal["short"] | None:
    """The key of the password's fault, or None. Only the length counts (NIST SP 800-63B §3.1.1)."""
    return "short" if len(password) < SHORTEST_PASSWORD else None


def is_totp_secret(text: str) -> bool:
    """Whether `text` is base32 of at least 160 bits (RFC 4226 §4)."""
    return re.fullmatch(r"[A-Z2-7]{32,64}", text) is not None


def device_name(user_agent: str) -> str:
    """A name that people understand for the device, from its User-Agent."""
    for sign, name in DEVICES:
        if sign in user_agent:
            return name
    return "Browser"


def unlike(name: str, taken: list[str]) -> str:
    """`name`, numbered if another device has it, so that a person can tell two devices apart."""
    number = 2
    while name in taken:
        name, number = f"{name.removesuffix(f' {number - 1}')} {number}", number + 1
    return name


DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android phone"),
    ("Windows", "Windows computer"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux computer"),
)
