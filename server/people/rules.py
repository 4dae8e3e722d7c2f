"""Pure rules about people: codes, roles, staffed hours, consent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

ROLES = ("coordinator", "clinician", "admin")
PAIRING_LIFE = timedelta(minutes=30)
ASK_LIFE = timedelta(minutes=15)
ASKS_ALLOWED = 60  # per address and window: all devices of a clinic may share one address
STAFF_LINK_LIFE = timedelta(hours=24)
PERSON_SESSION_LIFE = timedelta(days=400)  # browsers cap a cookie's age at 400 days
STAFF_SESSION_LIFE = timedelta(hours=14)  # a long shift
CHALLENGE_LIFE = timedelta(minutes=5)
PROOF_LIFE = timedelta(minutes=15)  # a sign-in this recent suffices to add another passkey
GUESS_WINDOW = timedelta(minutes=15)
GUESSES_ALLOWED = 10
SHORTEST_PASSWORD = 12
CONSENT_VERSION = "2026-11"
CONTACTS = ("call", "text", "helper")
CALL_OUTCOMES = ("reached", "left-message", "no-answer")
CALL_AGAIN = timedelta(hours=20)  # after an unanswered call, so that the patient is due again the next morning
CONSENT_WITHDRAWN = "consent-withdrawn"
ENDS_CODES = ("death", CONSENT_WITHDRAWN)  # these end every pairing code that was issued before
PAUSES = ("hospital", "hospice", "death", "holiday", CONSENT_WITHDRAWN, "other")


@dataclass(frozen=True)
class Refused:
    """Why something was refused: a key that the page translates. `left`: remaining guesses."""

    why: str
    left: int = 0


def clean_code(typed: str) -> str:
    """The digits of a pairing code, without the separators as typed."""
    return re.sub(r"[\s.\-–]", "", typed)


def shown_code(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def guess_window(now: datetime) -> int:
    return int(now.timestamp() // GUESS_WINDOW.total_seconds())


def normal_email(typed: str) -> str:
    return typed.strip().casefold()


def is_email(typed: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.strip()) is not None


def password_fault(password: str) -> str | None:
    """The key of what is wrong, or None. Only the length counts (NIST SP 800-63B §3.1.1)."""
    return "short" if len(password) < SHORTEST_PASSWORD else None


def is_totp_secret(text: str) -> bool:
    """Whether `text` is base32 of at least 160 bits (RFC 4226 §4)."""
    return re.fullmatch(r"[A-Z2-7]{32,64}", text) is not None


def is_staffed(hours: dict[str, list[str]], wall: datetime) -> bool:
    """Whether `wall` (clinic time) is in staffed hours. `hours`: weekday "0" (Monday) to "6" → ["08:00", "17:00"]."""
    span = hours.get(str(wall.weekday()))
    return span is not None and span[0] <= wall.strftime("%H:%M") < span[1]


def next_staffed(hours: dict[str, list[str]], wall: datetime) -> datetime | None:
    """The start of the next staffed hours, or `wall` if it is within them; None if there are none."""
    if is_staffed(hours, wall):
        return wall
    for ahead in range(8):
        day = wall.date() + timedelta(days=ahead)
        span = hours.get(str(day.weekday()))
        if not span:
            continue
        opens = datetime.combine(day, datetime.strptime(span[0], "%H:%M").time())
        if opens >= wall:
            return opens
    return None


def device_name(user_agent: str) -> str:
    """A name that people understand for the device, from its User-Agent."""
    for sign, name in _DEVICES:
        if sign in user_agent:
            return name
    return "Browser"


def unlike(name: str, taken: list[str]) -> str:
    """`name`, numbered if another device has it, so that a person can tell two devices apart."""
    number = 2
    while name in taken:
        name, number = f"{name.removesuffix(f' {number - 1}')} {number}", number + 1
    return name


_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android phone"),
    ("Windows", "Windows computer"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux computer"),
)
