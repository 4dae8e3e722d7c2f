"""Why a flag was raised, in words, against the person's own last and first answer."""

import json
from dataclasses import dataclass

from server.checkins.forms import Form, Question
from server.language import gettext as _
from server.review.models import Flag


@dataclass(frozen=True)
class Reason:
    item: str
    words: str


def reason_of(flag: Flag, form: Form | None) -> Reason:
    """Such as Swallowing: "hard, was a little"."""
    question = form.by_id.get(flag.item) if form else None
    known = json.loads(flag.reason)
    if question is None:
        return Reason(flag.item, str(known["now"]))
    before = known["previous"] if known["condition"] != "worse-than-first" else known["first"]
    words = level_words(question, known["now"])
    if before is not None and before != known["now"]:
        was = level_words(question, before)
        first = known["condition"] == "worse-than-first"
        words = _("%(now)s, was %(was)s at first") if first else _("%(now)s, was %(was)s")
        words = words % {"now": level_words(question, known["now"]), "was": was}
    return Reason(question.short, words)


def level_words(question: Question, level: int) -> str:
    """The answer that stands for a level: its label, the number of a scale, or yes and no."""
    if question.type == "choice":
        return next((option.label for option in question.options if option.level == level), str(level))
    if question.type == "boolean":
        return _("yes") if bool(level) == question.worse_answer else _("no")
    return _("%(level)s of %(worst)s") % {"level": level, "worst": question.worst}
