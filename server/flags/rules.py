"""Which answers need a person, how soon, who is told next, and what staff may say was done: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SEVERITIES = ("soft", "hard", "red")
CONDITIONS = ("at-least", "worse-than-previous", "worse-than-first", "repeated", "missing")
MISSING = ":missing"  # ends the name of what a flag is of, where answers are missing
WHOLE = "*"  # stands for the whole check-in where a rule is about one that was missed
SCREENS = ("breathing", "choking", "crisis", "fall")  # what a red answer shows at once
MOST_TIMES = 10
OUTCOMES = ("called", "plan-changed", "visit-moved", "no-action")
EXPECTED = "expected"  # the outcome of a flag whose level is expected for a while
SOFT_HOURS = 48  # weekday hours to an outcome
HARD_HOURS = 4  # staffed hours to an outcome
UNCHANGED_FOR = timedelta(days=30)
EXPECTED_DAYS = (1, 30)
ROUNDS = 3  # how often the whole on-call order is told of a red flag
ROUND_WAIT = timedelta(hours=1)  # before the order begins anew
OVERDUE_WAIT = timedelta(hours=1)  # staffed, for each contact told of a flag that is overdue
WEEKDAY_HOURS = {str(day): ["09:00", "17:00"] for day in range(5)}
OFFERED_AFTER = 3  # hard flags in a row on one item


@dataclass(frozen=True)
class Trigger:
    """`amount` is a level for "at-least" and "repeated", a number of steps for the changes, nothing for "missing".

    `times` is how many check-ins in a row "repeated" and "missing" take. `screen` names a red flag's page.
    """

    id: str
    item: str
    condition: str
    amount: int
    severity: str
    screen: str = ""
    times: int = 1


@dataclass(frozen=True)
class Earlier:
    """One check-in before this one: what was answered, by level, and what was asked and got no answer."""

    levels: Mapping[str, int]
    unanswered: Collection[str] = ()


@dataclass(frozen=True)
class Course:
    """A person's answers over time, to one questionnaire.

    `levels`, `previous` and `first` are item → level of this response, the one before it, the person's first.
    `earlier` are the check-ins before this one, the newest first; `unanswered` is what was asked in this one and got
    no answer.
    """

    levels: Mapping[str, int]
    previous: Mapping[str, int]
    first: Mapping[str, int]
    earlier: Sequence[Earlier] = ()
    unanswered: Collection[str] = ()


@dataclass(frozen=True)
class Raised:
    """`now` is the level, or how many times in a row there was no answer."""

    trigger: Trigger
    now: int
    previous: int | None
    first: int | None

    @property
    def item(self) -> str:
        """What the flag is of. That an answer is missing is a matter of its own, beside how bad an answer is."""
        return self.trigger.item + MISSING if self.trigger.condition == "missing" else self.trigger.item

    @property
    def severity(self) -> str:
        return self.trigger.severity


def triggers(rules: Iterable[Trigger], course: Course, expected: Mapping[str, int] | None = None) -> list[Raised]:
    """For each item the most severe rule that fires; a higher level is always worse.

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
    if rule.condition == "missing":
        gone = rule.item in course.unanswered and _missing_before(rule.item, course.earlier) >= rule.times - 1
        return Raised(rule, rule.times, None, None) if gone else None
    if rule.item not in course.levels or not _fires(rule, course):
        return None
    return Raised(rule, course.levels[rule.item], course.previous.get(rule.item), course.first.get(rule.item))


def _fires(rule: Trigger, course: Course) -> bool:
    level = course.levels[rule.item]
    if rule.condition == "at-least":
        return level >= rule.amount
    if rule.condition == "repeated":
        answered = [level, *(one.levels[rule.item] for one in course.earlier if rule.item in one.levels)][: rule.times]
        return len(answered) == rule.times and min(answered) >= rule.amount
    before = (course.previous if rule.condition == "worse-than-previous" else course.first).get(rule.item)
    return before is not None and level - before >= rule.amount


def _missing_before(item: str, earlier: Sequence[Earlier]) -> int:
    """How many check-ins in a row just before asked it and got no answer; one that did not ask it is passed over."""
    count = 0
    for one in earlier:
        if item in one.levels or (item == WHOLE and item not in one.unanswered):
            break
        count += item in one.unanswered
    return count


def _is_expected(raised: Raised, expected: Mapping[str, int]) -> bool:
    """Red always fires, and so does what is worse than expected; that an answer is missing is no level."""
    if raised.severity == "red" or raised.trigger.condition == "missing":
        return False
    return raised.item in expected and raised.now <= expected[raised.item]


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def worse(severity: str, other: str) -> str:
    return max(severity, other, key=_rank)


def weakens(old: Trigger, new: Trigger) -> bool:
    """Whether some answers that `old` flags would be flagged less severely, or not at all, by `new`."""
    return (
        (old.item, old.condition) != (new.item, new.condition)
        or _rank(new.severity) < _rank(old.severity)
        or new.amount > old.amount
        or new.times > old.times
        or new.screen != old.screen != ""
    )


@dataclass(frozen=True)
class Shown:
    """What a page showed of a flag: acting on it must not overwrite what changed since. "" stands for nothing.

    A page that does not say what it showed has no `news_at`: then only the flag's present state counts.
    """

    news_at: str = ""
    owner_id: str = ""
    done_at: str = ""

    @classmethod
    def read(cls, text: str) -> "Shown":
        parts = text.split("~")
        return cls(*parts) if len(parts) == 3 else cls()

    def __str__(self) -> str:
        return f"{self.news_at}~{self.owner_id}~{self.done_at}"


UNKNOWN = Shown()


def shown(news_at: datetime, owner_id: str | None, done_at: datetime | None) -> Shown:
    return Shown(news_at.isoformat(), owner_id or "", done_at.isoformat() if done_at else "")


def stays_quiet(level: int, severity: str, last_level: int, last_severity: str, since: timedelta) -> bool:
    """Whether a closed flag's answer, unchanged or better, need not raise it again yet."""
    return (
        severity != "red" and level <= last_level and _rank(severity) <= _rank(last_severity) and since < UNCHANGED_FOR
    )


def offers_expected(severities: Sequence[str]) -> bool:
    """Whether to offer an expected level: `severities` are a patient's flags on one item, the newest first."""
    return len(severities) >= OFFERED_AFTER and set(severities[:OFFERED_AFTER]) == {"hard"}


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


def escalates_at(severity: str, due_at: datetime, now: datetime, wait: timedelta, clinic: "Hours") -> datetime:
    """When the first contact on call is told: red after one wait, the others once overdue, in staffed hours."""
    if severity == "red":
        return now + wait
    return clinic.open_from(max(due_at, now))


def after_taking(severity: str, due_at: datetime, now: datetime, clinic: "Hours") -> datetime:
    """Whoever takes a flag has until it is due, or, where that is past, as long as a hard or soft one has from now."""
    if due_at > now:
        return clinic.open_from(due_at)
    return clinic.open_from(due("soft" if severity == "soft" else "hard", now, clinic.zone, clinic.staffed))


def next_rung(
    severity: str, rung: int, contacts: int, now: datetime, wait: timedelta, clinic: "Hours"
) -> datetime | None:
    """When the contact after the one just told is told; `rung` counts those told. None: all have been, often enough."""
    if contacts == 0 or (rung >= contacts and severity != "red") or rung >= contacts * ROUNDS:
        return None
    if severity != "red":
        return _after(now, clinic.zone, OVERDUE_WAIT, clinic.watched)
    return now + (ROUND_WAIT if rung % contacts == 0 else wait)


@dataclass(frozen=True)
class Hours:
    """When somebody of the clinic reads answers; a clinic that never says counts as open on weekdays."""

    zone: str
    staffed: Mapping[str, list[str]]

    @property
    def watched(self) -> Mapping[str, list[str]]:
        return self.staffed or WEEKDAY_HOURS

    def open_from(self, moment: datetime) -> datetime:
        """This moment, or the next in which somebody is there."""
        return _after(moment, self.zone, timedelta(), self.watched)
