"""A clinic's hours of the week: pure.

Hours are weekday "0" (Monday) to "6" → opening and closing wall time, such as ["08:00", "17:00"]; a day without hours
is left out. A closing time that is not later than the opening is on the next day: ["22:00", "06:00"] is a night,
["16:00", "00:00"] lasts until midnight, and ["00:00", "00:00"] is the whole day (case 86).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from server.clock import to_utc, to_wall

WeekHours = Mapping[str, Sequence[str]]

ALL_WEEKDAYS: WeekHours = {str(day): ("00:00", "24:00") for day in range(5)}
OFFICE_HOURS: WeekHours = {str(day): ("09:00", "17:00") for day in range(5)}
FARTHEST = 370  # days to look ahead
LONGEST_COUNT = timedelta(days=60)


def or_office_hours(hours: WeekHours) -> WeekHours:
    """These hours, or OFFICE_HOURS for a clinic that has set none."""
    return hours or OFFICE_HOURS


def is_open(hours: WeekHours, wall: datetime) -> bool:
    return any(opens <= wall < closes for opens, closes in _spans(hours, wall, days=1))


def next_opening(hours: WeekHours, wall: datetime) -> datetime | None:
    """The first opening after `wall`, also while the clinic is open; None if it never opens or never closes."""
    closed_at = None
    for opens, closes in _spans(hours, wall, days=8):
        if opens > wall and opens != closed_at:
            return opens
        closed_at = closes
    return None


def after(moment: datetime, length: timedelta, hours: WeekHours, zone: str) -> datetime:
    """When `length` of open time has passed after `moment`. Without any hours, time counts at all times."""
    wall, left = to_wall(moment, zone), length
    for opens, closes in _spans(hours, wall, days=FARTHEST):
        open_for = closes - max(wall, opens)
        if open_for > timedelta() and open_for >= left:
            return to_utc(max(wall, opens) + left, zone)
        left -= max(open_for, timedelta())
    return moment + length


def between(begin: datetime, end: datetime, hours: WeekHours, zone: str) -> timedelta:
    """How much open time lies between two moments; at most LONGEST_COUNT, or a day more."""
    here, there = to_wall(begin, zone), to_wall(end, zone)
    total = timedelta()
    for opens, closes in _spans(hours, here, days=(there - here).days + 2):
        total += max(min(closes, there) - max(opens, here), timedelta())
        if total >= LONGEST_COUNT:
            break
    return total


def _spans(hours: WeekHours, wall: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Each opening and closing, in order and never overlapping, from the day before `wall` on, for so many days."""
    before = datetime.min
    for ahead in range(-1, days):
        midnight = _midnight(wall) + timedelta(days=ahead)
        span = hours.get(str(midnight.weekday()))
        if not span:
            continue
        opens, closes = (midnight + _since_midnight(text) for text in span)
        closes += timedelta(days=1) if closes <= opens else timedelta()
        if closes > before:
            yield max(opens, before), closes
            before = closes


def _midnight(wall: datetime) -> datetime:
    return datetime.combine(wall.date(), datetime.min.time())


def _since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
