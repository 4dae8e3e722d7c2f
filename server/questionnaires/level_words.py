"""An answer's level in words."""

from server.language import gettext as _
from server.questionnaires.question import Question, QuestionType


def level_or_worse(question: Question | None, level: int) -> str:
    """The answers from this level on, such as "Hard or worse", "7 or more of 10" or "yes"."""
    if question is None:
        return str(level)
    if question.type == QuestionType.BOOLEAN:
        return _("yes") if question.worse_answer else _("no")
    if question.type == QuestionType.INTEGER:
        return _("%(level)s or more of %(worst)s") % {"level": level, "worst": question.worst}
    label = next((option.label for option in question.options if option.level == level), str(level))
    return label if level >= question.worst else _("%(level)s or worse") % {"level": label}


def level_words(question: Question, level: int) -> str:
    """The answer for a level: its label, its number on a scale, or yes or no."""
    if question.type == QuestionType.CHOICE:
        return next((option.label for option in question.options if option.level == level), str(level))
    if question.type == QuestionType.BOOLEAN:
        return _("yes") if bool(level) == question.worse_answer else _("no")
    return _("%(level)s of %(worst)s") % {"level": level, "worst": question.worst}
