"""Ages of flags, staffed hours and profiles of function: pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from server import opening_hours
from server.flags.deadlines import THIS_WEEK_HOURS, TODAY_HOURS
from server.flags.rules import Severity
from server.opening_hours import ALL_WEEKDAYS, WeekHours
from server.questionnaires.question import Question

Item = TypeVar("Item")


class InboxTab(StrEnum):
    ACTION = "action"
    NEW = "new"
    LATE = "late"
    UNREACHED = "unreached"
    DONE = "done"


PROFILES = ("bulbar", "fine-motor", "gross-motor", "respiratory")


@dataclass(frozen=True)
class Age:
    """How long a flag has waited, how much time it has left, and how long it has been overdue.

    `whole` is its total time; None for an urgent flag, which is due at once.
    """

    waited: timedelta
    left: timedelta
    over: timedelta
    whole: timedelta | None

    @property
    def share(self) -> float:
        """How much of its time is used, from 0 to 1."""
        return 1.0 if self.whole is None or self.over else 1 - self.left / self.whole


def age(severity: Severity, raised_at: datetime, due_at: datetime, now: datetime, zone: str, staffed: WeekHours) -> Age:
    """Flags for today count staffed hours, if the clinic has set any; all others count weekday hours."""
    waited, over = max(now - raised_at, timedelta()), max(now - due_at, timedelta())
    if severity == Severity.URGENT:
        return Age(waited, timedelta(), over, None)
    by_staff = severity == Severity.TODAY and bool(staffed)
    whole = timedelta(hours=TODAY_HOURS if by_staff else THIS_WEEK_HOURS)
    left = opening_hours.between(now, due_at, staffed if by_staff else ALL_WEEKDAYS, zone)
    return Age(waited, min(left, whole), over, whole)


def profile_levels(questions: Iterable[Question], levels: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Profile → its level and its worst possible level. Leaves out a profile with an unanswered question."""
    by_profile: dict[str, list[Question]] = {}
    for question in questions:
        if question.profile:
            by_profile.setdefault(question.profile, []).append(question)
    return {
        profile: (sum(levels[q.link_id] for q in asked), sum(q.worst for q in asked))
        for profile, asked in by_profile.items()
        if all(q.link_id in levels for q in asked)
    }


@dataclass(frozen=True)
class Part(Generic[Item]):
    """A part of a printed sheet: the rows that it has room for, each one whole, and how many more there are."""

    rows: Sequence[Item]
    more: int


def fitting(rows: Sequence[Item], most: int, words: Callable[[Item], str | None], room: int) -> Part[Item]:
    """The first rows whose words fit into `room` characters, `most` at most. The first always fits, however long."""
    used, count = 0, 0
    for row in rows[:most]:
        used += len(words(row) or "")
        if count and used > room:
            break
        count += 1
    return Part(rows[:count], len(rows) - count)
