"""Dates of a series, what may follow what, what cannot be booked: pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST_SERIES = 40
SHORTEST, LONGEST = 5, 24 * 60  # minutes
FARTHEST = timedelta(days=3 * 365)  # nobody books further ahead; a year typed wrong is asked about
PLACE = 200  # characters
CALL_AHEAD = timedelta(hours=26)  # a visit not confirmed by then is on the list to be called
REPLIES = ("coming", "cant", "another")
UPCOMING = ("proposed", "booked", "arrived")

# FHIR R4 AppointmentStatus: what a visit in one state may become.
NEXT = {
    "proposed": ("booked", "cancelled"),
    "booked": ("arrived", "fulfilled", "noshow", "cancelled"),
    "arrived": ("fulfilled", "booked", "noshow"),
    "fulfilled": ("arrived",),
    "noshow": ("arrived", "fulfilled"),
    "cancelled": (),
}


class BadVisit(ValueError):
    """Why a visit cannot be booked so, as a key that the page turns into words."""

    def __init__(self, why: str, when: datetime | None = None) -> None:
        super().__init__(why)
        self.why, self.when = why, when


class VisitChanged(Exception):
    """The visit is not what the page showed. `was` is the wall time that was on screen, where the page said so."""

    def __init__(self, was: datetime | None = None) -> None:
        super().__init__("the visit has changed")
        self.was = was


def read_time_shown(text: str) -> datetime | None:
    """The wall time in what a page sent back with an answer (`Appointment.shown`); None for anything else."""
    try:
        return datetime.fromisoformat(text.partition(" ")[0]).replace(tzinfo=None)
    except ValueError:
        return None


def series_days(first: date, weekdays: frozenset[int], count: int) -> list[date]:
    """The first `count` days from `first` on that fall on `weekdays` (Monday is 0)."""
    if not 1 <= count <= LONGEST_SERIES:
        raise BadVisit("count")
    if first > date.max - timedelta(weeks=count):
        raise BadVisit("far")
    if not weekdays:
        return [first + timedelta(weeks=week) for week in range(count)]
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() in weekdays:
            days.append(day)
        day += timedelta(days=1)
    return days


def check_start(wall: datetime, zone: str, now: datetime) -> datetime:
    """The moment (UTC) of a visit at `wall` in `zone`. Raises BadVisit in the past, years ahead, or in a spring gap.

    A gap is a wall time that no clock shows (case 9).
    """
    today = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if wall < today - timedelta(days=1):
        raise BadVisit("past", wall)
    if wall > today + FARTHEST:
        raise BadVisit("far", wall)
    moment = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(ZoneInfo("UTC"))
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise BadVisit("gap", wall)
    if moment < now:
        raise BadVisit("past", wall)
    return moment


def check_length(minutes: int | None) -> int:
    """Raises BadVisit for what no visit is like."""
    if minutes is None or not SHORTEST <= minutes <= LONGEST:
        raise BadVisit("minutes")
    return minutes


def may_become(status: str, wanted: str) -> bool:
    return wanted in NEXT.get(status, ())
