"""Clocks, and converting between UTC and the wall time of a zone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
JUMP = 120.0  # seconds; the wall clock has jumped if it moves this far from the monotonic clock
SETTLES_AFTER = 300.0  # seconds that a new time must last before we trust it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    return datetime.now(UTC)


def to_utc(wall: datetime, zone: str) -> datetime:
    """Convert `wall` (naive), as clocks in `zone` (IANA name) show it, to UTC.

    Of an ambiguous wall time it takes the first moment. For one that a spring change skips it uses the offset before
    the gap. Both are what `fold=0` means (PEP 495).
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_wall(moment: datetime, zone: str) -> datetime:
    """The naive wall time that clocks in `zone` show at `moment`."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_skipped(wall: datetime, zone: str) -> bool:
    """Whether `wall` falls in a gap: no clock in `zone` ever shows it."""
    return to_wall(to_utc(wall, zone), zone) != wall


def on_day(day: date, at: time, zone: str) -> datetime:
    """The moment when clocks in `zone` show `at` on this day."""
    return to_utc(datetime.combine(day, at), zone)


@dataclass(frozen=True)
class ClockWatch:
    """The last reading of the wall clock and the monotonic clock (seconds), and whether the wall clock is trusted.

    `line` is an earlier, trusted pair of readings. The wall clock is compared with where it should be by that pair, not
    with the last reading: a clock that moves in many small steps has jumped too.
    """

    wall: datetime
    monotonic: float
    jumped_at: float | None = None
    line: tuple[datetime, float] | None = None
    believed: tuple[datetime, float] | None = None

    def look(self, wall: datetime, monotonic: float) -> "ClockWatch":
        """Take a new reading. After a jump, the clock is trusted only once the new time has lasted a while (case 8).

        Once the jump is undone, so that the clock is where it would be without it, the clock is trusted at once.
        """
        if self.believed is not None and abs(_ahead(self.believed, wall, monotonic)) <= JUMP:
            return ClockWatch(wall, monotonic, None, self.believed)
        since, began = line = self.line or (self.wall, self.monotonic)
        if abs(_ahead(line, wall, monotonic)) > JUMP:
            return ClockWatch(wall, monotonic, monotonic, (wall, monotonic), self.believed or line)
        if self.jumped_at is not None and monotonic - self.jumped_at < SETTLES_AFTER:
            return replace(self, wall=wall, monotonic=monotonic, line=line)
        renewed = (wall, monotonic) if monotonic - began >= SETTLES_AFTER else (since, began)
        return ClockWatch(wall, monotonic, None, renewed)

    @property
    def is_distrusted(self) -> bool:
        return self.jumped_at is not None

    @property
    def steady(self) -> datetime:
        """The time of the last reading; while the clock is not trusted, the time it would show if it had not jumped."""
        if self.believed is None:
            return self.wall
        since, began = self.believed
        return since + timedelta(seconds=self.monotonic - began)


def _ahead(line: tuple[datetime, float], wall: datetime, monotonic: float) -> float:
    """Seconds by which the wall clock is ahead of where that pair of readings says it should be."""
    since, began = line
    return (wall - since).total_seconds() - (monotonic - began)


class SteadyClock:
    """A clock for the pages: it follows a jump only once the new time has lasted for a while.

    Otherwise an answer would be refused as late because the server's clock was wrong for a minute (case 134).
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        """`monotonic` is in seconds."""
        self._clock, self._monotonic = clock, monotonic
        self._watch = ClockWatch(clock(), monotonic())

    def __call__(self) -> datetime:
        self._watch = self._watch.look(self._clock(), self._monotonic())
        return self._watch.steady
