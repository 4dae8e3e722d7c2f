"""Pure rules: when to remind, how long a reminder stays useful, when to retry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from server.clock import to_utc
from server.reminders.states import ReminderKind

LEASE = timedelta(seconds=60)
CLOCK_SLACK = timedelta(minutes=2)  # clocks of several machines may be this far apart
MOST_TRIES = 8
FIRST_WAIT = 30.0  # seconds
LONGEST_WAIT = 1800.0  # seconds
REFUSED_WAIT = 600.0  # seconds; 400, 401 and 403 are faults on our side that we have to fix
TEST_LIFE = timedelta(minutes=10)

# Audiences. A reminder for the patient goes to the caregivers too, unless only the patient may answer.
EVERYBODY: Final = "patient"
PATIENT_ALONE: Final = "patient-alone"
ABOUT_VISITS = (ReminderKind.VISIT, ReminderKind.CHANGE)


@dataclass(frozen=True)
class Offset:
    """How long before a visit: whole days at a wall time in the clinic's zone, or hours."""

    days: int = 0
    at: time | None = None
    hours: int = 0


VISIT_OFFSETS = (Offset(days=3, at=time(10)), Offset(days=1, at=time(10)), Offset(hours=2))


@dataclass(frozen=True)
class Planned:
    kind: ReminderKind
    moment: datetime
    expires_at: datetime


def plan_appointment(
    starts: datetime, zone: str, now: datetime, offsets: Iterable[Offset] = VISIT_OFFSETS
) -> list[Planned]:
    """Reminders still to come for a visit that starts at wall time `starts` in `zone`, in order.

    It plans none in the past (case 15), nor one at or after the visit. Each stays useful until the next one, the last
    until the visit.
    """
    begins = to_utc(starts, zone)
    moments = sorted({_moment(starts, zone, offset) for offset in offsets})
    coming = [m for m in moments if now <= m < begins]
    ends = [*coming[1:], begins]
    return [Planned(ReminderKind.VISIT, moment, end) for moment, end in zip(coming, ends, strict=False)]


def _moment(starts: datetime, zone: str, offset: Offset) -> datetime:
    if offset.at is None:
        return to_utc(starts, zone) - timedelta(hours=offset.hours)
    return to_utc(datetime.combine(starts.date() - timedelta(days=offset.days), offset.at), zone)


def plan_checkin(due: datetime, closes: datetime, nudge: datetime | None) -> list[Planned]:
    """A notification when a check-in is due, and at most one nudge while it is open."""
    if nudge is None or nudge >= closes:
        return [Planned(ReminderKind.CHECK_IN, due, closes)]
    return [Planned(ReminderKind.CHECK_IN, due, nudge), Planned(ReminderKind.NUDGE, nudge, closes)]


def backoff(tries: int, retry_after: float | None, jitter: float) -> timedelta:
    """The wait before attempt `tries` + 1. `jitter` in 0..1 spreads retries over half of it."""
    doubled = min(FIRST_WAIT * 2 ** max(tries - 1, 0), LONGEST_WAIT)
    return timedelta(seconds=max(doubled * (0.5 + jitter / 2), retry_after or 0.0))
