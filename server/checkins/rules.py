"""When check-ins fall due and how long they stay open: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RECURRING = ("weekly", "daily", "monthly")
TIED = ("before", "after")
AHEAD = timedelta(days=8)  # how far ahead we generate recurring check-ins
WINDOWS = {
    "weekly": timedelta(days=3),
    "daily": timedelta(days=1),
    "monthly": timedelta(days=7),
    "after": timedelta(days=1),
    "before": timedelta(days=1),
}
NUDGES = {"weekly": timedelta(days=1), "monthly": timedelta(days=3)}
GRACE_FROM = timedelta(days=1)  # from then on, a due check-in has been asked for twice
OWED = (*RECURRING, "after")  # check-ins that staff call about; "before" lapses when the appointment begins
CALL_FROM = dict.fromkeys(OWED, timedelta(days=3)) | {"monthly": timedelta(days=7)}
SILENT_FROM = dict.fromkeys(OWED, timedelta(days=7)) | {"monthly": timedelta(days=14)}
BANDS = (30, 7, 2)  # days without an answer, as staff see them
RESPONDENTS = ("self", "hands", "helper")
PARTIES = ("patient", "helper")  # whose words: the patient's come first
ANSWERED_LATE = timedelta(days=30)  # how long after closing we still take an answer that waited offline
UNDO = timedelta(minutes=10)
CLOCK_SLACK = timedelta(minutes=5)
FIRST_SHOWN, LAST_SHOWN = (datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")) for year in (1970, 2200))
CLOCK_OFF = timedelta(minutes=1)  # a larger difference is not network delay


def respondent_from(said: str, kind: str) -> str:
    """The respondent that a form or a device claims. A caregiver is never the patient, whatever a URL claims."""
    if kind == "caregiver":
        return said if said in ("hands", "helper") else "helper"
    return said if said in RESPONDENTS else "self"


def may_see_private(kind: str, held_by: str, chose: bool) -> bool:
    """Whether this device may show private answers and what followed from them (cases 76 and 123).

    `held_by` is who answered last. After a caregiver, we can't know who holds the patient's device: the patient must
    confirm it first (`chose`). A caregiver's own device never shows anything private.
    """
    return kind == "patient" and (held_by == "self" or chose)


def party_of(respondent: str) -> str:
    """Whose words an answer is: a caregiver who only lends hands speaks for the patient."""
    return "helper" if respondent == "helper" else "patient"


@dataclass(frozen=True)
class Rhythm:
    """`rhythm` is one of RECURRING or TIED; `at` is wall time in the patient's zone; `weekday` 0 is Monday."""

    rhythm: str
    at: time
    starts_on: date
    weekday: int | None = None


@dataclass(frozen=True)
class Occasion:
    due_at: datetime
    closes_at: datetime
    day: date | None = field(default=None, compare=False)  # of a recurring occasion, in the patient's zone


def occasions(rhythm: Rhythm, zone: str, since: datetime, until: datetime) -> list[Occasion]:
    """The recurring occasions due in [since, until), both UTC."""
    # Start a day early: where clocks skip the last hour of a day, what is due in it falls on the next day.
    day = max(since.astimezone(ZoneInfo(zone)).date() - timedelta(days=1), rhythm.starts_on)
    last = until.astimezone(ZoneInfo(zone)).date()
    found: list[Occasion] = []
    while day <= last:
        if _falls_on(rhythm, day):
            occasion = occasion_on(rhythm, day, zone)
            if since <= occasion.due_at < until:
                found.append(occasion)
        day += timedelta(days=1)
    return found


def occasion_on(rhythm: Rhythm, day: date, zone: str) -> Occasion:
    """The recurring occasion of this day, in the patient's zone `zone`."""
    return Occasion(_utc(day, rhythm.at, zone), _closes(rhythm, day, zone), day)


def _falls_on(rhythm: Rhythm, day: date) -> bool:
    if rhythm.rhythm == "daily":
        return True
    if rhythm.rhythm == "weekly":
        return day.weekday() == (rhythm.starts_on.weekday() if rhythm.weekday is None else rhythm.weekday)
    return day.day == min(rhythm.starts_on.day, 28)


def _closes(rhythm: Rhythm, day: date, zone: str) -> datetime:
    """A daily check-in closes at the patient's midnight; the others some days later (WINDOWS)."""
    if rhythm.rhythm == "daily":
        return _utc(day + timedelta(days=1), time(), zone)
    return _utc(day, rhythm.at, zone) + WINDOWS[rhythm.rhythm]


def around_visit(rhythm: Rhythm, starts: datetime, clinic_zone: str, zone: str, now: datetime) -> Occasion | None:
    """The occasion before or after an appointment that starts at wall time `starts` in `clinic_zone`; None if too late.

    "before" is due the day before and open until the start; if booked later than that, it is due at once. "after" is
    due the day after, for a day.
    """
    begins = starts.replace(tzinfo=ZoneInfo(clinic_zone), fold=0).astimezone(ZoneInfo("UTC"))
    if rhythm.rhythm == "before":
        if begins <= now:
            return None
        local = begins.astimezone(ZoneInfo(zone)).date()
        return Occasion(max(_utc(local - timedelta(days=1), rhythm.at, zone), now), begins)
    due = _utc(begins.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), rhythm.at, zone)
    return Occasion(due, due + WINDOWS["after"]) if due + WINDOWS["after"] > now else None


def _utc(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at).replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(ZoneInfo("UTC"))


def is_open(state: str, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    return state == "waiting" and due_at <= now < closes_at


def may_undo(received_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Within ten minutes, while the check-in can still be answered."""
    return now - received_at < UNDO and now < closes_at


def on_our_clock(answered_at: datetime, phones_now: datetime | None, now: datetime) -> datetime:
    """When it was answered, on our clock. `phones_now` is the device's time when it sends, to correct a wrong clock.

    Returns `now` if the result is still in the future or years off (cases 42, 43).
    """
    here = now if phones_now is None or abs(now - phones_now) <= CLOCK_OFF else phones_now
    ago = here - answered_at  # by one and the same clock; subtracted only if plausible, or it could overflow
    return now - ago if -CLOCK_SLACK <= ago <= ANSWERED_LATE else now


def showable(claimed: datetime) -> datetime:
    """Limit to years that every time zone can convert; which far year a device claimed does not matter."""
    return min(max(claimed, FIRST_SHOWN), LAST_SHOWN)


@dataclass(frozen=True)
class Lateness:
    """`state`: due, grace, late or silent. `band`: the largest of BANDS that has passed since `since`, or 0."""

    state: str
    since: datetime
    band: int
    to_call: bool


def lateness(
    rhythm: str, dues: Sequence[datetime], now: datetime, called: datetime | None, resumed: datetime | None
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


def _state(rhythm: str, waited: timedelta) -> str:
    if waited < GRACE_FROM:
        return "due"
    if waited < CALL_FROM[rhythm]:
        return "grace"
    return "late" if waited < SILENT_FROM[rhythm] else "silent"


def may_be_entered(state: str, due_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether staff may still enter answers that a patient gives by phone, also after it closed."""
    return state in ("waiting", "missed") and due_at <= now and now - closes_at <= ANSWERED_LATE
