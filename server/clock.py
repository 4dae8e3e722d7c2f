"""Time: what now is, and how a wall time in a zone becomes a moment in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

Clock = Callable[[], datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    return datetime.now(UTC)


def is_zone(name: str) -> bool:
    return name in available_timezones()


def to_utc(wall: datetime, zone: str) -> datetime:
    """The moment at which clocks in `zone` (IANA name) show `wall` (naive).

    A wall time that exists twice is the first of the two; one that a spring change skips takes the
    offset before the gap. Both are what `fold=0` means (PEP 495).
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_wall(moment: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `moment`, naive."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_skipped(wall: datetime, zone: str) -> bool:
    """Whether `wall` falls in a gap: no clock in `zone` ever shows it."""
    return to_wall(to_utc(wall, zone), zone) != wall


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour)
