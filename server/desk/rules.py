"""Ages of flags, staffed hours and profiles of function: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.flags.rules import HARD_HOURS, SOFT_HOURS, Severity
from server.questionnaires.definition import Question

Spans = Mapping[str, list[str]]  # weekday "0" (Monday) to "6" → ["08:00", "17:00"]

WEEKDAYS: Spans = {str(day): ["00:00", "24:00"] for day in range(5)}


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

    `whole` is the time that it has in all; None for a red flag, which is due at once.
    """

    waited: timedelta
    left: timedelta
    over: timedelta
    whole: timedelta | None

    @property
    def share(self) -> float:
        """How much of its time is used, from 0 to 1."""
        return 1.0 if self.whole is None or self.over else 1 - self.left / self.whole


def age(severity: Severity, raised_at: datetime, due_at: datetime, now: datetime, zone: str, staffed: Spans) -> Age:
    """A hard flag's clock counts staffed hours; a soft one's, and a hard one's if none are set, weekday hours."""
    waited, over = max(now - raised_at, timedelta()), max(now - due_at, timedelta())
    if severity == Severity.URGENT:
        return Age(waited, timedelta(), over, None)
    by_staff = severity == Severity.TODAY and bool(staffed)
    whole = timedelta(hours=HARD_HOURS if by_staff else SOFT_HOURS)
    left = counted(now, due_at, zone, staffed if by_staff else WEEKDAYS)
    return Age(waited, min(left, whole), over, whole)


def counted(begin: datetime, end: datetime, zone: str, spans: Spans) -> timedelta:
    """How much time between two moments falls within `spans`, in wall time of `zone`."""
    here, there = (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in (begin, end))
    total, midnight = timedelta(), datetime.combine(here.date(), datetime.min.time())
    while midnight < there and total < timedelta(days=60):
        span = spans.get(str(midnight.weekday()))
        if span:
            opens, closes = midnight + _clock(span[0]), midnight + _clock(span[1])
            total += max(min(closes, there) - max(opens, here), timedelta())
        midnight += timedelta(days=1)
    return total


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


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
