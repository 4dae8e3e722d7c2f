"""Whether a device would show a reminder, judged by its last signs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.access.rules import SubscriptionEnd

ANSWERS_WITHIN = timedelta(days=2)  # how long a device has to open the app after we asked
ASKED_LIFE = timedelta(days=2)


class PushHealth(StrEnum):
    """Whether pushes reach a device, and if not, why."""

    REACHED = "reached"
    ASKED = "asked"
    SILENT = "silent"
    NO_DEVICE = "no-device"
    GONE = "gone"
    DENIED = "denied"
    OFF = "off"
    NEVER = "never"
    TAKEN = "taken"  # another person has joined on the device


REACHABLE = (PushHealth.REACHED, PushHealth.ASKED)

# Why no push reaches a person, the most useful reason first.
REASONS = (
    PushHealth.DENIED,
    PushHealth.SILENT,
    PushHealth.GONE,
    PushHealth.OFF,
    PushHealth.TAKEN,
    PushHealth.NEVER,
)

# Why a subscription ended → the device's status. All other reasons mean GONE.
ENDED = {SubscriptionEnd.DENIED: PushHealth.DENIED, SubscriptionEnd.TURNED_OFF: PushHealth.OFF}


@dataclass(frozen=True)
class Signs:
    """`seen_at`: last opening of the app there. `end_reason`: why its last subscription ended, if it did."""

    seen_at: datetime
    shown_at: datetime | None
    asked_at: datetime | None
    end_reason: SubscriptionEnd | None
    had_subscription: bool = True

    @property
    def last(self) -> datetime:
        return max(self.seen_at, self.shown_at or self.seen_at)


def word_of(signs: Signs, now: datetime) -> PushHealth:
    """Whether pushes reach this device."""
    if not signs.had_subscription:
        return PushHealth.NEVER
    if signs.end_reason is not None:
        return ENDED.get(signs.end_reason, PushHealth.GONE)
    if signs.asked_at is None or signs.asked_at <= signs.last:
        return PushHealth.REACHED
    return PushHealth.ASKED if now - signs.asked_at < ANSWERS_WITHIN else PushHealth.SILENT


def is_to_be_asked(signs: Signs, silent_days: int, now: datetime) -> bool:
    """Whether the device gave no sign for `silent_days`, and was not asked since its last sign."""
    asked = signs.asked_at is not None and signs.asked_at > signs.last
    active = signs.had_subscription and signs.end_reason is None
    return active and not asked and now - signs.last >= timedelta(days=silent_days)


def reason(words: Iterable[PushHealth]) -> PushHealth | None:
    """Why no push reaches a person whose devices have these statuses; None if one does; NO_DEVICE without devices."""
    found = list(words)
    if any(word in REACHABLE for word in found):
        return None
    return next(
        (word for word in REASONS if word in found),
        PushHealth.NO_DEVICE,
    )
