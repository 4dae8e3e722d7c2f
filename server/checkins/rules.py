"""When check-ins fall due and how long they stay open: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.actor import ActorKind
from server.clock import on_day, to_utc, to_wall
from server.questionnaires.respondents import Respondent


class Rhythm(StrEnum):
    """How often a plan asks: on a schedule, or before or after each appointment."""

    WEEKLY = "weekly"
    DAILY = "daily"
    MONTHLY = "monthly"
    BEFORE = "before"
    AFTER = "after"


class CheckInState(StrEnum):
    """`PARTIAL`: the window closed, and what had been answered was sent. `MISSED`: it closed without an answer."""

    WAITING = "waiting"
    DONE = "done"
    PARTIAL = "partial"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Overdue(StrEnum):
    """How late an unanswered check-in is. `GRACE`: it was asked for twice. `LATE`: staff call. `SILENT`: very late."""

    DUE = "due"
    GRACE = "grace"
    LATE = "late"
    SILENT = "silent"


RECURRING = (Rhythm.WEEKLY, Rhythm.DAILY, Rhythm.MONTHLY)
TIED = (Rhythm.BEFORE, Rhythm.AFTER)
AHEAD = timedelta(days=8)  # how far ahead we generate recurring check-ins
WINDOWS = {
    Rhythm.WEEKLY: timedelta(days=3),
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.MONTHLY: timedelta(days=7),
    Rhythm.AFTER: timedelta(days=1),
    Rhythm.BEFORE: timedelta(days=1),
}
NUDGES = {Rhythm.WEEKLY: timedelta(days=1), Rhythm.MONTHLY: timedelta(days=3)}
GRACE_FROM = timedelta(days=1)  # from then on, a due check-in has been asked for twice
OWED = (*RECURRING, Rhythm.AFTER)  # check-ins that staff call about; "before" lapses when the appointment begins
CALL_FROM = dict.fromkeys(OWED, timedelta(days=3)) | {Rhythm.MONTHLY: timedelta(days=7)}
SILENT_FROM = dict.fromkeys(OWED, timedelta(days=7)) | {Rhythm.MONTHLY: timedelta(days=14)}
BANDS = (30, 7, 2)  # days without an answer, as staff see them
ANSWERED_LATE = timedelta(days=30)  # how long after closing we still take an answer that waited offline
UNDO = timedelta(minutes=10)
CLOCK_SLACK = timedelta(minutes=5)
FIRST_SHOWN, LAST_SHOWN = (datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")) for year in (1970, 2200))
CLOCK_OFF = timedelta(minutes=1)  # a larger difference is not network delay


def may_see_private(kind: ActorKind, last_respondent: Respondent, chose: bool) -> bool:
    """Whether this device may show private answers and what followed from them (cases 76 and 123).

    `held_by` is who answered last. After a caregiver, we can't know who holds the patient's device: the patient must
    confirm it first (`chose`). A caregiver's own device never shows anything private.
    """
    return kind == ActorKind.PATIENT and (last_respondent == Respondent.SELF or chose)


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
    # Start a day early: where clocks skip the last hour of a day, what is due in it falls on the next day.
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
    if timing.rhythm == Rhythm.DAILY:
        return True
    if timing.rhythm == Rhythm.WEEKLY:
        return day.weekday() == (timing.starts_on.weekday() if timing.weekday is None else timing.weekday)
    return day.day == min(timing.starts_on.day, 28)


def _closes(timing: Timing, day: date, zone: str) -> datetime:
    """A daily check-in closes at the patient's midnight; the others some days later (WINDOWS)."""
    if timing.rhythm == Rhythm.DAILY:
        return on_day(day + timedelta(days=1), time(), zone)
    return on_day(day, timing.at, zone) + WINDOWS[timing.rhythm]


def around_visit(timing: Timing, starts: datetime, clinic_zone: str, zone: str, now: datetime) -> Occasion | None:
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
    due = on_day(to_wall(begins, zone).date() + timedelta(days=1), timing.at, zone)
    return Occasion(due, due + WINDOWS[Rhythm.AFTER]) if due + WINDOWS[Rhythm.AFTER] > now else None


def is_open(state: CheckInState, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    return state == CheckInState.WAITING and due_at <= now < closes_at


def may_undo(received_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Within ten minutes, while the check-in can still be answered."""
    return now - received_at < UNDO and now < closes_at


def on_our_clock(answered_at: datetime, device_time: datetime | None, now: datetime) -> datetime:
    """When it was answered, on our clock. `device_time` is the device's time when it sends, to correct a wrong clock.

    Returns `now` if the result is still in the future or years off (cases 42, 43).
    """
    here = now if device_time is None or abs(now - device_time) <= CLOCK_OFF else device_time
    ago = here - answered_at  # by one and the same clock; subtracted only if plausible, or it could overflow
    return now - ago if -CLOCK_SLACK <= ago <= ANSWERED_LATE else now


def showable(claimed: datetime) -> datetime:
    """Limit to years that every time zone can convert; which far year a device claimed does not matter."""
    return min(max(claimed, FIRST_SHOWN), LAST_SHOWN)


@dataclass(frozen=True)
class Lateness:
    """`band`: the largest of BANDS that has passed since `since`, or 0."""

    state: Overdue
    since: datetime
    band: int
    to_call: bool


def lateness(
    rhythm: Rhythm, dues: Sequence[datetime], now: datetime, called: datetime | None, resumed: datetime | None
) -> Lateness | None:
    """How late a plan is whose check-ins, due at `dues` in order, have no answer; None if none is owed.

    Check-ins that fell due in a pause are not owed. The last call that counts (`called`) settles those due before it,
    not those missed later.
    """
    owed = [due for due in dues if due <= now and (resumed is None or due > resumed)]
    if not owed:
        return None
    waited = now - owed[0]
    uncalled = [due for due in owed if called is None or due > called]
    to_call = bool(uncalled) and now - uncalled[0] >= CALL_FROM[rhythm]
    band = next((days for days in BANDS if waited >= timedelta(days=days)), 0)
    return Lateness(_state(rhythm, waited), owed[0], band, to_call)


def _state(rhythm: Rhythm, waited: timedelta) -> Overdue:
    if waited < GRACE_FROM:
        return Overdue.DUE
    if waited < CALL_FROM[rhythm]:
        return Overdue.GRACE
    return Overdue.LATE if waited < SILENT_FROM[rhythm] else Overdue.SILENT


def may_be_entered(state: CheckInState, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether staff may still enter answers that a patient gives by phone, also after it closed."""
    return state in (CheckInState.WAITING, CheckInState.MISSED) and due_at <= now and now - closes_at <= ANSWERED_LATE
