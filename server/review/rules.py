"""Which answers need a person, how soon, and what staff may say was done: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SEVERITIES = ("soft", "hard", "red")
CONDITIONS = ("at-least", "worse-than-previous", "worse-than-first")
OUTCOMES = ("called", "plan-changed", "visit-moved", "no-action")
SOFT_HOURS = 48  # weekday hours to an outcome
HARD_HOURS = 4  # staffed hours to an outcome
UNCHANGED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Trigger:
    """`amount` is a level for "at-least" and a number of steps for the others; `screen` names a red flag's page."""

    id: str
    item: str
    condition: str
    amount: int
    severity: str
    screen: str = ""


@dataclass(frozen=True)
class Raised:
    trigger: Trigger
    now: int
    previous: int | None
    first: int | None

    @property
    def item(self) -> str:
        return self.trigger.item

    @property
    def severity(self) -> str:
        return self.trigger.severity


def triggers(
    rules: Iterable[Trigger], levels: Mapping[str, int], previous: Mapping[str, int], first: Mapping[str, int]
) -> list[Raised]:
    """For each item the most severe rule that fires; a higher level is always worse.

    `levels`, `previous` and `first` are item → level of this response, the one before it, the person's first.
    """
    worst: dict[str, Raised] = {}
    for rule in rules:
        if rule.item not in levels or not _fires(rule, levels, previous, first):
            continue
        raised = Raised(rule, levels[rule.item], previous.get(rule.item), first.get(rule.item))
        held = worst.get(rule.item)
        if held is None or _rank(rule.severity) > _rank(held.severity):
            worst[rule.item] = raised
    return sorted(worst.values(), key=lambda raised: -_rank(raised.severity))


def _fires(rule: Trigger, levels: Mapping[str, int], previous: Mapping[str, int], first: Mapping[str, int]) -> bool:
    level = levels[rule.item]
    if rule.condition == "at-least":
        return level >= rule.amount
    before = (previous if rule.condition == "worse-than-previous" else first).get(rule.item)
    return before is not None and level - before >= rule.amount


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def worse(severity: str, other: str) -> str:
    return max(severity, other, key=_rank)


def stays_quiet(level: int, severity: str, last_level: int, last_severity: str, since: timedelta) -> bool:
    """Whether a closed flag's answer, unchanged or better, need not raise it again yet."""
    return (
        severity != "red" and level <= last_level and _rank(severity) <= _rank(last_severity) and since < UNCHANGED_FOR
    )


def due(severity: str, raised_at: datetime, zone: str, staffed: Mapping[str, list[str]]) -> datetime:
    """By when an outcome is owed: 48 weekday hours for soft, 4 staffed hours for hard, at once for red."""
    if severity == "red":
        return raised_at
    if severity == "hard" and staffed:
        return _after(raised_at, zone, timedelta(hours=HARD_HOURS), staffed)
    weekdays = {str(day): ["00:00", "24:00"] for day in range(5)}
    return _after(raised_at, zone, timedelta(hours=SOFT_HOURS), weekdays)


def _after(moment: datetime, zone: str, length: timedelta, spans: Mapping[str, list[str]]) -> datetime:
    """The moment by which `length` of counted time has passed; `spans` says which hours of a week count."""
    wall, left = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), length
    for _ in range(370):
        span = spans.get(str(wall.weekday()))
        midnight = datetime.combine(wall.date(), datetime.min.time())
        if span:
            opens, closes = midnight + _clock(span[0]), midnight + _clock(span[1])
            begin = max(wall, opens)
            if begin < closes and closes - begin >= left:
                return (begin + left).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
            left -= max(closes - begin, timedelta())
        wall = midnight + timedelta(days=1)
    return moment + length


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
