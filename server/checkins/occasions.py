"""Pure rules: when recurring check-ins and check-ins around an appointment fall due."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import assert_never

from server.checkins.rules import NUDGES, Rhythm
from server.clock import on_day, to_utc, to_wall

AHEAD = timedelta(days=8)  # how far ahead we generate recurring check-ins
WINDOWS = {Rhythm.WEEKLY: 3, Rhythm.MONTHLY: 7, Rhythm.AFTER: 1}  # days until it closes, at the same hour


@dataclass(frozen=True)
class Timing:
    """When a plan asks. `at` is wall time in the patient's zone; `weekday` 0 is Monday."""

    rhythm: Rhythm
    at: time
    starts_on: date
    weekday: int | None = None


@dataclass(frozen=True)
class Occasion:
    due_at: datetime
    closes_at: datetime
    day: date | None = field(default=None, compare=False)  # of a recurring occasion, in the patient's zone


def occasions(timing: Timing, zone: str, since: datetime, until: datetime) -> list[Occasion]:
    """The recurring occasions due in [since, until), both UTC."""
    # Start a day early: if clocks skip the last hour of a day, a check-in due in that hour falls on the next day.
    day = max(to_wall(since, zone).date() - timedelta(days=1), timing.starts_on)
    last = to_wall(until, zone).date()
    found: list[Occasion] = []
    while day <= last:
        if _falls_on(timing, day):
            occasion = occasion_on(timing, day, zone)
            if since <= occasion.due_at < until:
                found.append(occasion)
        day += timedelta(days=1)
    return found


def occasion_on(timing: Timing, day: date, zone: str) -> Occasion:
    """The recurring occasion of this day, in the patient's zone `zone`."""
    return Occasion(on_day(day, timing.at, zone), _closes(timing, day, zone), day)


def _falls_on(timing: Timing, day: date) -> bool:
    match timing.rhythm:
        case Rhythm.DAILY:
            return True
        case Rhythm.WEEKLY:
            return day.weekday() == (timing.starts_on.weekday() if timing.weekday is None else timing.weekday)
        case Rhythm.MONTHLY:
            return day.day == min(timing.starts_on.day, monthrange(day.year, day.month)[1])
        case Rhythm.BEFORE | Rhythm.AFTER:  # they follow appointments
            return False
        case _:
            assert_never(timing.rhythm)


def _closes(timing: Timing, day: date, zone: str) -> datetime:
    """A daily check-in closes at the patient's midnight; the others some days later, at the same hour (case 158)."""
    if timing.rhythm == Rhythm.DAILY:
        return on_day(day + timedelta(days=1), time(), zone)
    return on_day(day + timedelta(days=WINDOWS[timing.rhythm]), timing.at, zone)


def nudge_at(rhythm: Rhythm, due_at: datetime, zone: str) -> datetime | None:
    """When to nudge for a check-in that fell due: some days later at the same hour; None if the plan has no nudge."""
    if rhythm not in NUDGES:
        return None
    due = to_wall(due_at, zone)
    return on_day(due.date() + timedelta(days=NUDGES[rhythm]), due.time(), zone)


def around_appointment(timing: Timing, starts: datetime, clinic_zone: str, zone: str, now: datetime) -> Occasion | None:
    """The occasion before or after an appointment that starts at wall time `starts` in `clinic_zone`; None if too late.

    "before" is due the day before and open until the start; if booked later than that, it is due at once. "after" is
    due the day after, for a day.
    """
    begins = to_utc(starts, clinic_zone)
    if timing.rhythm == Rhythm.BEFORE:
        if begins <= now:
            return None
        local = to_wall(begins, zone).date()
        return Occasion(max(on_day(local - timedelta(days=1), timing.at, zone), now), begins)
    day = to_wall(begins, zone).date() + timedelta(days=1)
    occasion = occasion_on(timing, day, zone)
    return Occasion(occasion.due_at, occasion.closes_at) if occasion.closes_at > now else None
