"""Wall times computed in a second way: from UTC alone, by the moments at which a zone's offset changes.

The code under test goes from wall time to UTC by `fold`. Here no wall time is ever given to a zone. We ask for offsets
only at a moment, and look for the moments that show a wall time.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2036, 2, 1, tzinfo=UTC)
SWEPT = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
STRIDE = timedelta(days=5)  # no zone changes twice within a month, except during Ramadan


@dataclass(frozen=True)
class Transition:
    zone: str
    at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True)
class Offsets:
    """A zone's changes in these years, and the offset before the first."""

    zone: str
    first: timedelta
    transitions: tuple[Transition, ...]

    def at(self, moment: datetime) -> timedelta:
        passed = bisect_right([t.at for t in self.transitions], moment)
        return self.transitions[passed - 1].after if passed else self.first

    def moment_of(self, wall: datetime) -> datetime:
        """The first moment that shows `wall`. If none does, the moment as if the clocks had not changed."""
        showing = [m for m in self._candidates(wall) if m + self.at(m) == wall.replace(tzinfo=UTC)]
        if showing:
            return min(showing)
        [skipped] = [t for t in self.transitions if t.at + t.before <= wall.replace(tzinfo=UTC) < t.at + t.after]
        return wall.replace(tzinfo=UTC) - skipped.before

    def _candidates(self, wall: datetime) -> set[datetime]:
        utc = wall.replace(tzinfo=UTC)
        near = [t for t in self.transitions if abs(t.at - utc) < timedelta(days=2)]
        offsets = {self.at(utc)} | {t.before for t in near} | {t.after for t in near}
        return {utc - offset for offset in offsets}


@cache
def offsets_of(zone: str) -> Offsets:
    info = ZoneInfo(zone)
    found: list[Transition] = []
    moment = FIRST
    while moment < LAST:
        ahead = moment + STRIDE
        if _offset(info, moment) != _offset(info, ahead):
            at = _change(info, moment, ahead)
            found.append(Transition(zone, at, _offset(info, at - timedelta(seconds=1)), _offset(info, at)))
        moment = ahead
    return Offsets(zone, _offset(info, FIRST), tuple(found))


def _offset(info: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None
    return offset


def _change(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The moment of change between two moments of different offset, to the second."""
    before = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(info, middle) == before else (low, middle)
    return high


def zones() -> list[str]:
    return sorted(available_timezones())


def transitions(zone: str) -> list[Transition]:
    """The changes in the ten years that are swept."""
    return [t for t in offsets_of(zone).transitions if SWEPT[0] <= t.at < SWEPT[1]]
