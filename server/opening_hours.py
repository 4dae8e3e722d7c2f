"""A clinic's hours of the week: pure.

Hours are weekday "0" (Monday) to "6" → opening and closing wall time, such as ["08:00", "17:00"]; a day without hours
is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from server.clock import to_utc, to_wall

WeekHours = Mapping[str, Sequence[str]]

ALL_WEEKDAYS: WeekHours = {str(day): ("00:00", "24:00") for day in range(5)}
OFFICE_HOURS: WeekHours = {str(day): ("09:00", "17:00") for day in range(5)}  # of a clinic that has set none
FARTHEST = 370  # days to look ahead
LONGEST_COUNT = timedelta(days=60)


def is_open(hours: WeekHours, wall: datetime) -> bool:
    span = _span(hours, wall)
    return span is not None and span[0] <= wall < span[1]


def next_opening(hours: WeekHours, wall: datetime) -> datetime | None:
    """The first opening after `wall`, also while it is open; None if there are no hours."""
    days = (_midnight(wall) + timedelta(days=ahead) for ahead in range(8))
    openings = (span[0] for day in days if (span := _span(hours, day)) is not None)
    return next((opening for opening in openings if opening > wall), None)


def after(moment: datetime, length: timedelta, hours: WeekHours, zone: str) -> datetime:
    """When `length` of open time has passed after `moment`. Without any hours, time counts at all times."""
    wall, left = to_wall(moment, zone), length
    for _ in range(FARTHEST):
        if span := _span(hours, wall):
            begin = max(wall, span[0])
            if begin < span[1] and span[1] - begin >= left:
                return to_utc(begin + left, zone)
            left -= max(span[1] - begin, timedelta())
        wall = _midnight(wall) + timedelta(days=1)
    return moment + length


def between(begin: datetime, end: datetime, hours: WeekHours, zone: str) -> timedelta:
    """How much open time lies between two moments; at most LONGEST_COUNT, or a day more."""
    here, there = to_wall(begin, zone), to_wall(end, zone)
    total, day = timedelta(), _midnight(here)
    while day < there and total < LONGEST_COUNT:
        if span := _span(hours, day):
            total += max(min(span[1], there) - max(span[0], here), timedelta())
        day += timedelta(days=1)
    return total


def _span(hours: WeekHours, wall: datetime) -> tuple[datetime, datetime] | None:
    """Opening and closing on the day of `wall`."""
    span = hours.get(str(wall.weekday()))
    if not span:
        return None
    opens, closes = (_midnight(wall) + _since_midnight(text) for text in span)
    return opens, closes


def _midnight(wall: datetime) -> datetime:
    return datetime.combine(wall.date(), datetime.min.time())


def _since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
