"""Pure rules about people: codes, roles, staffed hours, consent."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from server.typed.search import plain


class ContactBy(StrEnum):
    """How a patient wants to be contacted; not chosen yet never means a voice call."""

    NOT_CHOSEN = ""
    CALL = "call"
    TEXT = "text"
    CAREGIVER = "caregiver"


class NameInMessages(StrEnum):
    """How messages name the patient: two people of one household may share a mailbox (case 102)."""

    FIRST = "first"
    INITIALS = "initials"


def name_in_message(name: str, chosen: NameInMessages) -> str:
    """ "Rosa" or "R. D."; never the whole name, and nothing about health."""
    parts = name.split()
    if chosen == NameInMessages.INITIALS:
        return " ".join(_initial(part) for part in parts)
    return parts[0] if parts else ""


def _initial(word: str) -> str:
    """The first letter, without the apostrophe or bracket before it; in capitals, if it has them."""
    first = next((ch for ch in word if ch.isalnum() and unicodedata.category(ch) != "Lm"), word[0])  # Lm: ʻ of Hawaiian
    capital = first.upper()
    return f"{capital if len(capital) == 1 else first}."


@dataclass(frozen=True)
class Label:
    """The name that a message uses. `is_distinct`: nobody else who gets messages at that address has it."""

    text: str
    is_distinct: bool = True


def label_among(name: str, chosen: NameInMessages, others: Sequence[tuple[str, NameInMessages]]) -> Label:
    """The name of a person in a message that may reach the others too: as chosen, if that is distinct (case 102).

    Else the first name, then "Rosa D.", then "Rosa M. D."; where the names are equal, as chosen.
    """
    taken = {_as_read(form) for other, theirs in others for form in _forms(other, theirs)}
    own = _forms(name, chosen)
    distinct = [form for form in own if _as_read(form) not in taken]
    return Label(distinct[0]) if distinct else Label(own[0], is_distinct=False)


def _as_read(form: str) -> str:
    """The form without differences that no reader notices: capitals, accents, kinds of apostrophe."""
    return plain(form) or form


def _forms(name: str, chosen: NameInMessages) -> list[str]:
    """The names to try: as chosen, then longer ones; never the whole name."""
    parts = name.split()
    initials = [_initial(part) for part in parts[1:]]
    longer = [" ".join([*parts[:1], *some]) for some in ([], initials[-1:], initials)]
    return [name_in_message(name, chosen), *longer]


class CallOutcome(StrEnum):
    REACHED = "reached"
    LEFT_MESSAGE = "left-message"
    NO_ANSWER = "no-answer"


class PauseReason(StrEnum):
    """Why nothing is sent to a patient. `OWN_WISH` is the patient's own pause; staff set the others."""

    HOSPITAL = "hospital"
    HOSPICE = "hospice"
    DEATH = "death"
    HOLIDAY = "holiday"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OWN_WISH = "own-wish"
    OTHER = "other"


CALL_AGAIN = timedelta(hours=20)  # after an unanswered call, so that the patient is due again the next morning
CONSENT_WITHDRAWN = PauseReason.CONSENT_WITHDRAWN
ENDS_CODES = (PauseReason.DEATH, CONSENT_WITHDRAWN)  # these end every pairing code that was issued before
ENDS_CARE = (PauseReason.DEATH, PauseReason.HOSPICE)  # never a pause that somebody resumes (case 117)
PAUSES = (
    PauseReason.HOSPITAL,
    PauseReason.HOLIDAY,
    CONSENT_WITHDRAWN,
    PauseReason.OTHER,
)


# Why something was refused; the pages have words for each (tests/people/test_refusals.py).
Refusal = Literal[
    "busy",
    "called-off",
    "challenge",
    "closed",
    "code",
    "days",
    "died",
    "email",
    "ended",
    "expired",
    "expired-ask",
    "level",
    "link",
    "malformed",
    "name",
    "news",
    "no-consent",
    "note",
    "outcome",
    "owned",
    "owner",
    "passkey",
    "passkey-late",
    "prove",
    "reserved",
    "reason",
    "reopened",
    "role",
    "same",
    "severity",
    "short",
    "stale",
    "taken",
    "too-many",
    "twice",
    "unknown",
    "used",
    "wait",
    "wrong",
]


@dataclass(frozen=True)
class Refused:
    """`left`: remaining guesses."""

    why: Refusal
    left: int = 0
