"""The answers behind a flag, as its row keeps them: pure."""

import json
from dataclasses import dataclass

from server.flags.rules import Condition
from server.flags.triggers.rules import Raised


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
