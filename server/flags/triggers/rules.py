"""Which answers fire which triggers: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from server.flags.rules import MISSING, WHOLE, Condition, Screen, Severity, rank

MOST_TIMES = 10


@dataclass(frozen=True)
class Trigger:
    """`amount` is a level for "at-least" and "repeated", a number of steps for the changes, unused for "missing".

    `times` is how many check-ins in a row "repeated" and "missing" need. `screen` names the screen of an urgent flag.
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


def fired(rules: Iterable[Trigger], course: Course, expected: Mapping[str, int] | None = None) -> list[Raised]:
    """For each item, the most severe trigger that fires; a higher level is always worse.

    `expected` is item → the level up to which only an urgent trigger fires.
    """
    worst: dict[str, Raised] = {}
    for rule in rules:
        raised = _raised(rule, course)
        if raised is None or _is_expected(raised, expected or {}):
            continue
        worst_so_far = worst.get(raised.item)
        if worst_so_far is None or rank(rule.severity) > rank(worst_so_far.severity):
            worst[raised.item] = raised
    return sorted(worst.values(), key=lambda raised: -rank(raised.severity))


def _raised(rule: Trigger, course: Course) -> Raised | None:
    if rule.condition == Condition.MISSING:
        gone = rule.item in course.unanswered and _missing_before(rule.item, course.earlier) >= rule.times - 1
        return Raised(rule, rule.times, None, None) if gone else None
    if rule.item not in course.levels or not _fires(rule, course):
        return None
    return Raised(rule, course.levels[rule.item], course.previous.get(rule.item), course.first.get(rule.item))


def _fires(rule: Trigger, course: Course) -> bool:
    level = course.levels[rule.item]
    match rule.condition:
        case Condition.AT_LEAST:
            return level >= rule.amount
        case Condition.REPEATED:
            before = [one.levels[rule.item] for one in course.earlier if rule.item in one.levels]
            answered = [level, *before][: rule.times]
            return len(answered) == rule.times and min(answered) >= rule.amount
        case Condition.WORSE_THAN_PREVIOUS:
            return _is_worse(level, course.previous.get(rule.item), rule.amount)
        case Condition.WORSE_THAN_FIRST:
            return _is_worse(level, course.first.get(rule.item), rule.amount)
        case Condition.MISSING:  # about missing answers
            return False
        case _:
            assert_never(rule.condition)


def _is_worse(level: int, before: int | None, by: int) -> bool:
    return before is not None and level - before >= by


def _missing_before(item: str, earlier: Sequence[Earlier]) -> int:
    """How many check-ins in a row just before got no answer to the item, skipping those that did not ask it."""
    count = 0
    for one in earlier:
        if item in one.levels or (item == WHOLE and item not in one.unanswered):
            break
        count += item in one.unanswered
    return count


def _is_expected(raised: Raised, expected: Mapping[str, int]) -> bool:
    """Whether an expected level prevents the flag; never an urgent one, or one about a missing answer."""
    if raised.severity == Severity.URGENT or raised.trigger.condition == Condition.MISSING:
        return False
    return raised.item in expected and raised.now <= expected[raised.item]


def weakens(old: Trigger, new: Trigger) -> bool:
    """Whether `new` would flag some answers less severely than `old`, or not at all."""
    return (
        (old.item, old.condition) != (new.item, new.condition)
        or rank(new.severity) < rank(old.severity)
        or new.amount > old.amount
        or new.times > old.times
        or new.screen != old.screen != Screen.NONE
    )
