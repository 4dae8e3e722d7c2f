"""A trigger as a line of a table, in words."""

from dataclasses import dataclass
from typing import Literal

from server.flags.models import TriggerVersion
from server.flags.rules import Severity
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.words import condition_words, item_words
from server.questionnaires.definition import Definition


@dataclass(frozen=True)
class Line:
    """A trigger as a line of the table. An ended one is restorable if staff have decided nothing else since."""

    row: TriggerVersion
    item: str
    condition: str
    restorable: bool = False
    since: Literal["", "restored", "replaced"] = ""  # what happened to a trigger that ended


def line_of(row: TriggerVersion, definition: Definition, after: TriggerVersion | None = None) -> Line:
    restorable = trigger_versions.is_restorable(row, after)
    same = after is not None and trigger_versions.as_rule(after) == trigger_versions.as_rule(row)
    return Line(
        row,
        item_words(row.item, definition),
        condition_words(trigger_versions.as_rule(row), definition),
        restorable,
        "" if after is None else "restored" if same else "replaced",
    )


def as_asked(definition: Definition, lines: list[Line]) -> list[Line]:
    """Sort the lines by question, then the most severe first; triggers on the whole check-in come last."""
    places = {question.link_id: number for number, question in enumerate(definition.questions)}
    last = len(places)
    return sorted(lines, key=lambda one: (places.get(one.row.item, last), -list(Severity).index(one.row.severity)))
