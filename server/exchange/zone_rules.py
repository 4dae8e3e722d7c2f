"""Pure rules: a time zone as the observances that an iCalendar file lists (RFC 5545, VTIMEZONE).

Readers disagree about a list of dates (RDATE), so we write none: a change that comes back each year is a rule, and
every other change is an observance of its own. Files of all years carry the same observances, because some readers
keep the first definition of a zone that they see.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

FIRST_YEAR = 2000  # earlier only for an earlier visit
LAST_YEAR = 2100  # a rule that holds until then holds for ever; no zone of tzdata has changes without a rule after 2087
EPOCH = datetime(1970, 1, 1)
STEP = timedelta(days=3)  # no zone has changed twice within it since 1970
FEWEST = 3  # onsets that a rule has at least
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Kind:
    """A change of a clock: from which offset to which, and the name of the time after it."""

    before: timedelta
    after: timedelta
    name: str
    daylight: bool


@dataclass(frozen=True)
class YearlyRule:
    """Which days of which month: "the last Sunday in March". `until` (UTC) ends it; None: it holds for ever."""

    month: int
    by_day: str
    by_month_day: tuple[int, ...]
    until: datetime | None = None


@dataclass(frozen=True)
class Observance:
    """`onset` is wall time by the clock that is about to change."""

    kind: Kind
    onset: datetime
    rule: YearlyRule | None = None


@dataclass(frozen=True)
class _Change:
    kind: Kind
    onset: datetime


@lru_cache(maxsize=64)
def observances(zone: str, year: int) -> tuple[Observance, ...]:
    """The observances that give every offset of `zone` from the year before `year` on, in order."""
    first_year = min(FIRST_YEAR, year - 1)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    changes = list(_changes(ZoneInfo(zone), start))
    offset, name, saved = _state(start.astimezone(ZoneInfo(zone)))
    least = min([saved, *(change_saved for _, change_saved in changes)])
    first = Observance(Kind(offset, offset, name, saved > least), min(EPOCH, start.replace(tzinfo=None)))
    marked = [_Change(_with_daylight(change.kind, saved > least), change.onset) for change, saved in changes]
    return (first, *sorted(_as_rules(marked), key=lambda observance: observance.onset))


def _with_daylight(kind: Kind, daylight: bool) -> Kind:
    return Kind(kind.before, kind.after, kind.name, daylight)


def _state(there: datetime) -> tuple[timedelta, str, timedelta]:
    """Offset, name and daylight saving, which is negative where winter time is the exception (Dublin)."""
    return there.utcoffset() or timedelta(), there.tzname() or "", there.dst() or timedelta()


def _changes(zone: ZoneInfo, start: datetime) -> Iterator[tuple[_Change, timedelta]]:
    end = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
    moments = (start + STEP * number for number in range((end - start) // STEP))
    for early, late in pairwise(moment.astimezone(zone) for moment in moments):
        before, after = early.utcoffset(), late.utcoffset()
        if before != after and before is not None and after is not None:
            moment = _moment_of_change(zone, early.astimezone(UTC), late.astimezone(UTC))
            _, name, saved = _state(late)
            yield _Change(Kind(before, after, name, False), (moment + before).replace(tzinfo=None)), saved


def _moment_of_change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late


def _as_rules(changes: list[_Change]) -> Iterator[Observance]:
    def alike(change: _Change) -> tuple[timedelta, timedelta, str, bool, int]:
        kind = change.kind
        return kind.before, kind.after, kind.name, kind.daylight, change.onset.month

    for _, group in groupby(sorted(changes, key=alike), key=alike):
        yield from _rules_of(sorted(group, key=lambda change: change.onset))


def _rules_of(changes: list[_Change]) -> Iterator[Observance]:
    """Changes of one kind in one month: as rules if they follow any, otherwise one by one."""
    while changes:
        length, rule = _longest(changes)
        yield Observance(changes[0].kind, changes[0].onset, rule)
        changes = changes[length:]


def _longest(changes: list[_Change]) -> tuple[int, YearlyRule | None]:
    rule = _rule(changes)
    if rule and changes[-1].onset.year >= LAST_YEAR - 12:  # the rarest change comes back after twelve years at most
        return len(changes), rule
    length, found = 1, None
    while length < len(changes) and (rule := _rule(changes[: length + 1])):
        length, found = length + 1, rule
    if found is None or length < FEWEST:
        return 1, None
    last = changes[length - 1]
    # One day more, because some readers take UNTIL for wall time.
    until = (last.onset - last.kind.before + timedelta(days=1)).replace(tzinfo=UTC)
    return length, YearlyRule(found.month, found.by_day, found.by_month_day, until)


def _rule(changes: list[_Change]) -> YearlyRule | None:
    """The rule that gives exactly these days from the first year to the last; None if there is none."""
    onsets = [change.onset for change in changes]
    days = [onset.date() for onset in onsets]
    if len({onset.time() for onset in onsets}) > 1:
        return None
    month, weekdays = days[0].month, {day.weekday() for day in days}
    for rule, holds in _candidates(month, weekdays, sorted({day.day for day in days})):
        if [day for year in range(days[0].year, days[-1].year + 1) for day in _days(year, month, holds)] == days:
            return rule
    return None


def _candidates(
    month: int, weekdays: set[int], numbers: list[int]
) -> Iterator[tuple[YearlyRule, Callable[[date], bool]]]:
    """Every form of rule that may fit such days: the last Sunday, the second one, the one from 23 to 29, the 15th."""
    span = tuple(range(numbers[0], numbers[-1] + 1))
    if len(weekdays) == 1 and len(span) <= 7:
        [weekday] = weekdays
        which, name = (numbers[-1] + 6) // 7, DAYS[weekday]
        yield (
            YearlyRule(month, f"-1{name}", ()),
            lambda day: day.weekday() == weekday and (day + timedelta(days=7)).month != month,
        )
        yield (
            YearlyRule(month, f"{which}{name}", ()),
            lambda day: day.weekday() == weekday and (day.day + 6) // 7 == which,
        )
        yield YearlyRule(month, name, span), lambda day: day.weekday() == weekday and day.day in span
    if len(numbers) == 1:
        yield YearlyRule(month, "", span), lambda day: day.day == span[0]


def _days(year: int, month: int, holds: Callable[[date], bool]) -> list[date]:
    first = date(year, month, 1)
    days = (first + timedelta(days=number) for number in range(31))
    return [day for day in days if day.month == month and holds(day)]
