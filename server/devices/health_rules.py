"""Whether a device would show a reminder, from the signs that it gave. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWERS_WITHIN = timedelta(days=2)  # for a device that was asked to open the app
ASKED_LIFE = timedelta(days=2)
REACHABLE = ("reached", "asked")

# Why a subscription ended → the word for the device. What was replaced or taken over is another device's story.
ENDED = {"gone": "gone", "denied": "denied", "turned-off": "off"}


@dataclass(frozen=True)
class Signs:
    """`seen_at`: the app was opened there. `ended_why` is None while a subscription lives, "" where none ever was."""

    seen_at: datetime
    shown_at: datetime | None
    asked_at: datetime | None
    ended_why: str | None

    @property
    def last(self) -> datetime:
        return max(self.seen_at, self.shown_at or self.seen_at)


def word_of(signs: Signs, now: datetime) -> str:
    """reached, asked, silent, denied, gone, off, or never: staff read it in words."""
    if signs.ended_why is not None:
        return ENDED.get(signs.ended_why, "never" if not signs.ended_why else "gone")
    if signs.asked_at is None or signs.asked_at <= signs.last:
        return "reached"
    return "asked" if now - signs.asked_at < ANSWERS_WITHIN else "silent"


def is_to_be_asked(signs: Signs, silent_days: int, now: datetime) -> bool:
    """Not heard of for as long as the clinic says, and not asked since it was."""
    asked = signs.asked_at is not None and signs.asked_at > signs.last
    return signs.ended_why is None and not asked and now - signs.last >= timedelta(days=silent_days)


def reason(words: Iterable[str]) -> str | None:
    """Why no push reaches a person with these devices; None where one does. The newest trouble is not hidden."""
    found = list(words)
    if any(word in REACHABLE for word in found):
        return None
    return next((word for word in ("denied", "silent", "gone", "off", "never") if word in found), "no-phone")
