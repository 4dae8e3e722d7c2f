"""Pure rules of the end of a pause: a day that begins in the patient's zone, or none (case 107)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from server.clock import on_day
from server.people.rules import PauseReason


class PauseEnd(StrEnum):
    """The end that a person chooses; `OPEN` lasts until somebody ends it."""

    WEEK = "week"
    TWO_WEEKS = "two-weeks"
    DAY = "day"
    OPEN = "open"


# Withdrawn consent and the end of care never end by themselves.
MAY_HAVE_END = (PauseReason.HOSPITAL, PauseReason.HOLIDAY, PauseReason.OWN_WISH, PauseReason.OTHER)
LASTING = {PauseEnd.WEEK: timedelta(days=7), PauseEnd.TWO_WEEKS: timedelta(days=14)}


@dataclass(frozen=True)
class Pause:
    """Why nothing is sent, and the day on which reminders start again; None if somebody has to end it."""

    why: PauseReason
    until: date | None = None


def earliest(today: date) -> date:
    return today + timedelta(days=1)


def latest(today: date) -> date:
    """The same day of the next year; of a leap day, the one before."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year + 1, day=28 if is_leap_day else today.day)


def is_allowed(until: date, today: date) -> bool:
    return earliest(today) <= until <= latest(today)


def begins(day: date, zone: str) -> datetime:
    """The moment when this day begins in the zone, even where clocks skip midnight, show it twice or skip the day."""
    return on_day(day, time(), zone)


def is_over(until: date | None, zone: str, now: datetime) -> bool:
    """Whether the day that ends a pause has begun; always False for a pause without an end."""
    return until is not None and begins(until, zone) <= now
