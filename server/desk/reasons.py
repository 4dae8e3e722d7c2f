"""Why a flag was raised, in words, compared with the person's previous and first answer."""

from dataclasses import dataclass

from server.flags.evidence import Evidence
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import MISSING, WHOLE
from server.language import gettext as _
from server.questionnaires.definition import Definition
from server.questionnaires.level_words import level_words
from server.questionnaires.question import Question


@dataclass(frozen=True)
class Reason:
    item: str
    words: str
    level: int = 0


def reason_of(flag: Flag, definition: Definition | None, piece: FlagEvidence | None = None) -> Reason:
    """The evidence in words, such as Swallowing: "hard (last time: a little); at first: no trouble".

    `piece`: one of the flag's pieces of evidence; without it, the worst piece in force.
    """
    evidence = Evidence.from_json((piece or flag).evidence)
    if flag.item.endswith(MISSING):
        return Reason(_missing_item(flag, definition), _missing_words(evidence.now))
    question = definition.by_id.get(flag.item) if definition else None
    if question is None:
        return Reason(flag.item, str(evidence.now), evidence.now)
    words = _in_words(question, evidence.now, evidence.previous, evidence.first)
    return Reason(question.short, words, evidence.now)


def _missing_item(flag: Flag, definition: Definition | None) -> str:
    item = flag.item.removesuffix(MISSING)
    if item == WHOLE:
        return definition.title if definition else flag.slug
    return definition.by_id[item].short if definition and item in definition.by_id else item


def _missing_words(times: int) -> str:
    return _("no answer") if times == 1 else _("no answer, %(n)s times in a row") % {"n": times}


def _in_words(question: Question, level: int, previous: int | None, first: int | None) -> str:
    words = level_words(question, level)
    if previous is not None and previous != level:
        words = _("%(now)s (last time: %(was)s)") % {"now": words, "was": level_words(question, previous)}
    elif previous is not None and first not in (None, level):
        words = _("%(now)s, same as last time") % {"now": words}
    if first is not None and first not in (level, previous):
        words = _("%(now)s; at first: %(first)s") % {"now": words, "first": level_words(question, first)}
    return words
