"""Replay triggers over past answers: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.flags.rules import stays_quiet
from server.flags.triggers.rules import Course, Earlier, Raised, Trigger, fired


@dataclass(frozen=True)
class Moment:
    """One check-in of a patient as it ended: answered, partly answered or missed. `expected` was in force then."""

    at: datetime
    levels: Mapping[str, int]
    unanswered: Collection[str] = ()
    expected: Mapping[str, int] = field(default_factory=dict)
    came: bool = True  # whether a response came, even if it only skipped

    @property
    def earlier(self) -> Earlier:
        return Earlier(self.levels, self.unanswered)


def replay(rules: Sequence[Trigger], moments: Iterable[Moment], since: datetime) -> list[Raised]:
    """The flags of one patient from `since` on. `moments` are in order.

    Assumes an outcome at once for each flag: an answer that is no worse stays quiet for 30 days, a worse one counts.
    """
    raised: list[Raised] = []
    last: dict[str, tuple[datetime, Raised]] = {}
    passed: list[Moment] = []
    for moment in moments:
        for found in _found(rules, moment, passed):
            quieted = last.get(found.item)
            if quieted is not None and _is_quiet(found, quieted, moment.at):
                continue
            last[found.item] = (moment.at, found)
            if moment.at >= since:
                raised.append(found)
        passed.append(moment)
    return raised


def _found(rules: Sequence[Trigger], moment: Moment, passed: Sequence[Moment]) -> list[Raised]:
    answered = [one for one in passed if one.came]
    course = Course(
        moment.levels,
        answered[-1].levels if answered else {},
        answered[0].levels if answered else {},
        [one.earlier for one in reversed(passed[-12:])],
        moment.unanswered,
    )
    return fired(rules, course, moment.expected)


def _is_quiet(found: Raised, quieted: tuple[datetime, Raised], at: datetime) -> bool:
    since, last = quieted
    return stays_quiet(found.now, found.severity, last.now, last.severity, at - since)
