"""The answers behind a flag, as its row stores them: pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from server.flags.rules import Condition, Severity, worse
from server.flags.triggers.rules import Raised
from server.questionnaires.respondents import Source


@dataclass(frozen=True)
class Evidence:
    """The trigger that fired and the levels that it compared.

    `now` is the level, or how many times in a row there was no answer. `version` is the questionnaire's.
    """

    condition: Condition
    now: int
    previous: int | None
    first: int | None
    version: int
    trigger_id: str = ""

    @classmethod
    def of(cls, raised: Raised, version: int) -> "Evidence":
        trigger = raised.trigger
        return cls(trigger.condition, raised.now, raised.previous, raised.first, version, trigger.id)

    @classmethod
    def from_json(cls, text: str) -> "Evidence":
        found = json.loads(text)
        return cls(
            Condition(found["condition"]),
            found["now"],
            found["previous"],
            found["first"],
            found["version"],
            found.get("rule", ""),
        )

    def to_json(self) -> str:
        return json.dumps(
            {
                "condition": self.condition,
                "now": self.now,
                "previous": self.previous,
                "first": self.first,
                "version": self.version,
                "rule": self.trigger_id,
            }
        )


@dataclass(frozen=True)
class Standing:
    """How severe a flag is and why, by some of its evidence. Its newest answers are `response_id` and `check_in_id`."""

    severity: Severity
    evidence: Evidence
    due_at: datetime
    source: Source | None
    response_id: str | None
    check_in_id: str

    def with_news(self, news: "Standing") -> "Standing":
        """The worse of both; at the same level, the newer evidence. The patient's word outranks a caregiver's."""
        severity = worse(self.severity, news.severity)
        is_worse = severity != self.severity
        return Standing(
            severity,
            news.evidence if is_worse or news.evidence.now >= self.evidence.now else self.evidence,
            min(self.due_at, news.due_at) if is_worse else self.due_at,
            (news.source or self.source) if self.source == Source.CAREGIVER else self.source,
            news.response_id or self.response_id,
            news.check_in_id,
        )


def standing_of(pieces: Iterable[Standing]) -> Standing:
    """Sum up these pieces of evidence, the oldest first; there is at least one."""
    return reduce(Standing.with_news, pieces)
