"""Which answers need staff, how soon, who is notified next, and which outcomes there are: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How soon staff must act, the least urgent first. An urgent answer shows a screen at once."""

    THIS_WEEK = "this-week"
    TODAY = "today"
    URGENT = "urgent"


class Condition(StrEnum):
    AT_LEAST = "at-least"
    WORSE_THAN_PREVIOUS = "worse-than-previous"
    WORSE_THAN_FIRST = "worse-than-first"
    REPEATED = "repeated"
    MISSING = "missing"


class Screen(StrEnum):
    """The screen that the device shows at once after an urgent answer."""

    NONE = ""
    BREATHING = "breathing"
    CHOKING = "choking"
    CRISIS = "crisis"
    FALL = "fall"


class FlagOutcome(StrEnum):
    """How a flag was closed. `EXPECTED`: staff set an expected level. `CORRECTED`: the answer was a mistake."""

    CALLED = "called"
    PLAN_CHANGED = "plan-changed"
    VISIT_MOVED = "visit-moved"
    NO_ACTION = "no-action"
    EXPECTED = "expected"
    CORRECTED = "corrected"


class Urgency(StrEnum):
    """How urgent the patient finds it: contact me today, or it can wait."""

    TODAY = "today"
    CAN_WAIT = "wait"


OFFERED_OUTCOMES = (  # EXPECTED comes with an expected level, CORRECTED with a corrected answer
    FlagOutcome.CALLED,
    FlagOutcome.PLAN_CHANGED,
    FlagOutcome.VISIT_MOVED,
    FlagOutcome.NO_ACTION,
)
MISSING = ":missing"  # the suffix of the item of a flag about missing answers
WHOLE = "*"  # the item of a trigger on a missed check-in as a whole
UNCHANGED_FOR = timedelta(days=30)
EXPECTED_DAYS = (1, 30)
OFFERED_AFTER = 3  # flags for today in a row on one item


def rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def worse(severity: Severity, other: Severity) -> Severity:
    return max(severity, other, key=rank)


@dataclass(frozen=True)
class Shown:
    """The marks of a flag as a page showed it, so that an action overwrites nothing newer. "" means nothing.

    A page that sends no marks has no `updated_at`: then only the flag's current state counts.
    """

    updated_at: str = ""
    owner_id: str = ""
    closed_at: str = ""

    @classmethod
    def read(cls, text: str) -> "Shown":
        parts = text.split("~")
        return cls(*parts) if len(parts) == 3 else cls()

    def __str__(self) -> str:
        return f"{self.updated_at}~{self.owner_id}~{self.closed_at}"


UNKNOWN = Shown()


def shown(updated_at: datetime, owner_id: str | None, closed_at: datetime | None) -> Shown:
    return Shown(updated_at.isoformat(), owner_id or "", closed_at.isoformat() if closed_at else "")


def stays_quiet(level: int, severity: Severity, last_level: int, last_severity: Severity, since: timedelta) -> bool:
    """Whether a closed flag need not be raised again yet, because the answer is the same or better."""
    return (
        severity != Severity.URGENT
        and level <= last_level
        and rank(severity) <= rank(last_severity)
        and since < UNCHANGED_FOR
    )


def offers_expected(severities: Sequence[Severity]) -> bool:
    """Whether to offer an expected level: `severities` are a patient's flags on one item, the newest first."""
    return len(severities) >= OFFERED_AFTER and set(severities[:OFFERED_AFTER]) == {Severity.TODAY}
