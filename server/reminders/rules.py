"""When to remind, how long it stays useful, when to try again: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LEASE = timedelta(seconds=60)
MOST_TRIES = 8
FIRST_WAIT = 30.0  # seconds
LONGEST_WAIT = 1800.0  # seconds
REFUSED_WAIT = 600.0  # seconds; 400, 401 and 403 are ours to mend, not the patient's to wait for
TEST_LIFE = timedelta(minutes=10)

# What a reminder's attempts come to, best first: the first that any attempt reached is the truth.
LADDER = ("answered", "opened", "shown", "accepted", "sending", "unknown", "failed")


@dataclass(frozen=True)
class Offset:
    """How long before a visit: whole days at a wall time in the clinic's zone, or plain hours."""

    days: int = 0
    at: time | None = None
    hours: int = 0


VISIT_OFFSETS = (Offset(days=3, at=time(10)), Offset(days=1, at=time(10)), Offset(hours=2))


@dataclass(frozen=True)
class Planned:
    kind: str
    moment: datetime
    expires_at: datetime


def plan_visit(starts: datetime, zone: str, now: datetime, offsets: Iterable[Offset] = VISIT_OFFSETS) -> list[Planned]:
    """Reminders still to come for a visit that starts at wall time `starts` in `zone`, in order.

    A moment already past is never planned (case 15), nor one at or after the visit. Each stays useful
    until the next one, the last until the visit.
    """
    begins = _utc(starts, zone)
    moments = sorted({_moment(starts, zone, offset) for offset in offsets})
    coming = [m for m in moments if now <= m < begins]
    ends = [*coming[1:], begins]
    return [Planned("visit", moment, end) for moment, end in zip(coming, ends, strict=True)]


def _moment(starts: datetime, zone: str, offset: Offset) -> datetime:
    if offset.at is None:
        return _utc(starts, zone) - timedelta(hours=offset.hours)
    return _utc(datetime.combine(starts.date() - timedelta(days=offset.days), offset.at), zone)


def _utc(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(ZoneInfo("UTC"))


def plan_checkin(due: datetime, closes: datetime, nudge_after: timedelta | None) -> list[Planned]:
    """One notification when a check-in is due and at most one nudge while it is open."""
    nudge = due + nudge_after if nudge_after else None
    if nudge is None or nudge >= closes:
        return [Planned("check-in", due, closes)]
    return [Planned("check-in", due, nudge), Planned("nudge", nudge, closes)]


def backoff(tries: int, retry_after: float | None, jitter: float) -> timedelta:
    """The wait before try number `tries` + 1; `jitter` in 0..1 spreads the crowd over half of it."""
    doubled = min(FIRST_WAIT * 2 ** max(tries - 1, 0), LONGEST_WAIT)
    return timedelta(seconds=max(doubled * (0.5 + jitter / 2), retry_after or 0.0))


def fold(state: str, attempts: Iterable[str]) -> str:
    """The one word that staff see, from the reminder's own state and its attempts' states."""
    reached = set(attempts)
    if state in ("cancelled", "missed", "answered"):
        best = next((word for word in LADDER if word in reached), None)
        return best if best in ("answered", "opened", "shown") else state
    if state == "scheduled" and not reached:
        return "scheduled"
    return next((word for word in LADDER if word in reached), state)
