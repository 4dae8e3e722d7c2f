"""Which answers need staff, how soon, who is notified next, and which outcomes there are: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How soon staff must act, the least urgent first. An urgent answer shows a screen at once."""

    THIS_WEEK = "soft"
    TODAY = "hard"
    URGENT = "red"


class Condition(StrEnum):
    AT_LEAST = "at-least"
    WORSE_THAN_PREVIOUS = "worse-than-previous"
    WORSE_THAN_FIRST = "worse-than-first"
    REPEATED = "repeated"
    MISSING = "missing"


class Screen(StrEnum):
    """What the device shows at once after an urgent answer."""

    NONE = ""
    BREATHING = "breathing"
    CHOKING = "choking"
    CRISIS = "crisis"
    FALL = "fall"


class FlagOutcome(StrEnum):
    """What staff did about a flag. `EXPECTED`: they set an expected level."""

    CALLED = "called"
    PLAN_CHANGED = "plan-changed"
    VISIT_MOVED = "visit-moved"
    NO_ACTION = "no-action"
    EXPECTED = "expected"


class Urgency(StrEnum):
    """How urgent the patient finds it: contact me today, or it can wait."""

    TODAY = "today"
    CAN_WAIT = "wait"


OFFERED_OUTCOMES = (  # all but EXPECTED, which comes with an expected level
    FlagOutcome.CALLED,
    FlagOutcome.PLAN_CHANGED,
    FlagOutcome.VISIT_MOVED,
    FlagOutcome.NO_ACTION,
)
MISSING = ":missing"  # ends the item of a flag that is about missing answers
WHOLE = "*"  # the item of a trigger on a missed check-in as a whole
MOST_TIMES = 10
UNCHANGED_FOR = timedelta(days=30)
EXPECTED_DAYS = (1, 30)
OFFERED_AFTER = 3  # hard flags in a row on one item


@dataclass(frozen=True)
class Trigger:
    """`amount` is a level for "at-least" and "repeated", a number of steps for the changes, unused for "missing".

    `times` is how many check-ins in a row "repeated" and "missing" need. `screen` names the screen of a red flag.
    """

    id: str
    item: str
    condition: Condition
    amount: int
    severity: Severity
    screen: Screen = Screen.NONE
    times: int = 1


@dataclass(frozen=True)
class Earlier:
    """One check-in before this one: item → level of its answers, and the asked items without an answer."""

    levels: Mapping[str, int]
    unanswered: Collection[str] = ()


@dataclass(frozen=True)
class Course:
    """A person's answers over time to one questionnaire.

    `levels`, `previous` and `first` are item → level of this response, the one before it, and the person's first.
    `earlier` are the check-ins before this one, the newest first. `unanswered` are the items that this check-in
    asked and got no answer to.
    """

    levels: Mapping[str, int]
    previous: Mapping[str, int]
    first: Mapping[str, int]
    earlier: Sequence[Earlier] = ()
    unanswered: Collection[str] = ()


@dataclass(frozen=True)
class Raised:
    """A trigger that fired. `now` is the level, or how many times in a row there was no answer."""

    trigger: Trigger
    now: int
    previous: int | None
    first: int | None

    @property
    def item(self) -> str:
        """The flag's item. A missing answer has a flag of its own, separate from a bad answer's."""
        return self.trigger.item + MISSING if self.trigger.condition == Condition.MISSING else self.trigger.item

    @property
    def severity(self) -> Severity:
        return self.trigger.severity


def triggers(rules: Iterable[Trigger], course: Course, expected: Mapping[str, int] | None = None) -> list[Raised]:
    """For each item, the most severe trigger that fires; a higher level is always worse.

    `expected` is item → the level up to which only red fires.
    """
    worst: dict[str, Raised] = {}
    for rule in rules:
        raised = _raised(rule, course)
        if raised is None or _is_expected(raised, expected or {}):
            continue
        held = worst.get(raised.item)
        if held is None or _rank(rule.severity) > _rank(held.severity):
            worst[raised.item] = raised
    return sorted(worst.values(), key=lambda raised: -_rank(raised.severity))


def _raised(rule: Trigger, course: Course) -> Raised | None:
    if rule.condition == Condition.MISSING:
        gone = rule.item in course.unanswered and _missing_before(rule.item, course.earlier) >= rule.times - 1
        return Raised(rule, rule.times, None, None) if gone else None
    if rule.item not in course.levels or not _fires(rule, course):
        return None
    return Raised(rule, course.levels[rule.item], course.previous.get(rule.item), course.first.get(rule.item))


def _fires(rule: Trigger, course: Course) -> bool:
    level = course.levels[rule.item]
    if rule.condition == Condition.AT_LEAST:
        return level >= rule.amount
    if rule.condition == Condition.REPEATED:
        answered = [level, *(one.levels[rule.item] for one in course.earlier if rule.item in one.levels)][: rule.times]
        return len(answered) == rule.times and min(answered) >= rule.amount
    before = (course.previous if rule.condition == Condition.WORSE_THAN_PREVIOUS else course.first).get(rule.item)
    return before is not None and level - before >= rule.amount


def _missing_before(item: str, earlier: Sequence[Earlier]) -> int:
    """How many check-ins in a row just before asked the item in vain; one that did not ask it is skipped."""
    count = 0
    for one in earlier:
        if item in one.levels or (item == WHOLE and item not in one.unanswered):
            break
        count += item in one.unanswered
    return count


def _is_expected(raised: Raised, expected: Mapping[str, int]) -> bool:
    """Whether an expected level prevents the flag. Not if it is red, or about a missing answer, which has no level."""
    if raised.severity == Severity.URGENT or raised.trigger.condition == Condition.MISSING:
        return False
    return raised.item in expected and raised.now <= expected[raised.item]


def _rank(severity: Severity) -> int:
    return list(Severity).index(severity)


def worse(severity: Severity, other: Severity) -> Severity:
    return max(severity, other, key=_rank)


def weakens(old: Trigger, new: Trigger) -> bool:
    """Whether `new` would flag some answers less severely than `old`, or not at all."""
    return (
        (old.item, old.condition) != (new.item, new.condition)
        or _rank(new.severity) < _rank(old.severity)
        or new.amount > old.amount
        or new.times > old.times
        or new.screen != old.screen != Screen.NONE
    )


@dataclass(frozen=True)
class Shown:
    """What a page showed of a flag, so that acting on it overwrites nothing newer. "" means nothing.

    A page that does not send it has no `updated_at`: then only the flag's current state counts.
    """

    updated_at: str = ""
    owner_id: str = ""
    closed_at: str = ""

    @classmethod
    def read(cls, text: str) -> "Shown":
        parts = text.split("~")
        return cls(*parts) if len(parts) == 3 else cls()

    def __str__(self) -> str:
        return f"{self.updated_at}~{self.owner_id}~{self.closed_at}"


UNKNOWN = Shown()


def shown(updated_at: datetime, owner_id: str | None, closed_at: datetime | None) -> Shown:
    return Shown(updated_at.isoformat(), owner_id or "", closed_at.isoformat() if closed_at else "")


def stays_quiet(level: int, severity: Severity, last_level: int, last_severity: Severity, since: timedelta) -> bool:
    """Whether a closed flag need not be raised again yet, because the answer is the same or better."""
    return (
        severity != Severity.URGENT
        and level <= last_level
        and _rank(severity) <= _rank(last_severity)
        and since < UNCHANGED_FOR
    )


def offers_expected(severities: Sequence[Severity]) -> bool:
    """Whether to offer an expected level: `severities` are a patient's flags on one item, the newest first."""
    return len(severities) >= OFFERED_AFTER and set(severities[:OFFERED_AFTER]) == {Severity.TODAY}
