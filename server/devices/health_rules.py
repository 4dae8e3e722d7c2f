"""Whether a device would show a reminder, judged by its last signs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ANSWERS_WITHIN = timedelta(days=2)  # how long a device has to open the app after we asked
ASKED_LIFE = timedelta(days=2)
REACHABLE = ("reached", "asked")

# Why a subscription ended → the device's status. Other reasons, such as "replaced" or "taken-over", mean "gone".
ENDED = {"gone": "gone", "denied": "denied", "turned-off": "off"}


@dataclass(frozen=True)
class Signs:
    """`seen_at`: last opening of the app there. `ended_why`: None for an active subscription, "" if there was none."""

    seen_at: datetime
    shown_at: datetime | None
    asked_at: datetime | None
    ended_why: str | None

    @property
    def last(self) -> datetime:
        return max(self.seen_at, self.shown_at or self.seen_at)


def word_of(signs: Signs, now: datetime) -> str:
    """The device's status: reached, asked, silent, denied, gone, off or never."""
    if signs.ended_why is not None:
        return ENDED.get(signs.ended_why, "never" if not signs.ended_why else "gone")
    if signs.asked_at is None or signs.asked_at <= signs.last:
        return "reached"
    return "asked" if now - signs.asked_at < ANSWERS_WITHIN else "silent"


def is_to_be_asked(signs: Signs, silent_days: int, now: datetime) -> bool:
    """Whether the device gave no sign for `silent_days`, and was not asked since its last sign."""
    asked = signs.asked_at is not None and signs.asked_at > signs.last
    return signs.ended_why is None and not asked and now - signs.last >= timedelta(days=silent_days)


def reason(words: Iterable[str]) -> str | None:
    """Why no push reaches a person whose devices have these statuses; None if one does; "no-phone" without devices."""
    found = list(words)
    if any(word in REACHABLE for word in found):
        return None
    return next((word for word in ("denied", "silent", "gone", "off", "never") if word in found), "no-phone")
