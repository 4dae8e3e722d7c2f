"""Pure rules about people: codes, roles, staffed hours, consent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ContactBy(StrEnum):
    """How a patient wants to be contacted; not chosen yet never means a voice call."""

    NOT_CHOSEN = ""
    CALL = "call"
    TEXT = "text"
    CAREGIVER = "helper"


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
PAUSES = (
    PauseReason.HOSPITAL,
    PauseReason.HOSPICE,
    PauseReason.DEATH,
    PauseReason.HOLIDAY,
    CONSENT_WITHDRAWN,
    PauseReason.OTHER,
)


@dataclass(frozen=True)
class Refused:
    """Why something was refused: a key that the page translates. `left`: remaining guesses."""

    why: str
    left: int = 0


def normal_email(typed: str) -> str:
    return typed.strip().casefold()


def is_email(typed: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.strip()) is not None


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
