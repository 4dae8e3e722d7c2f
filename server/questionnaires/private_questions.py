"""Pure rules of private questions: what others may learn, and which ones still wait for the patient (decision 0015)."""

from server.questionnaires.answers import Answers, Value
from server.questionnaires.branching import is_enabled
from server.questionnaires.definition import Definition
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent


def shown(definition: Definition, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """The answers that may be shown while this respondent answers; private ones only to the patient alone ("self")."""
    if respondent == Respondent.SELF:
        return dict(answers)
    return {link_id: value for link_id, value in answers.items() if is_public_item(definition, link_id)}


def is_public_item(definition: Definition, item: str) -> bool:
    """Whether others may learn of an answer or a flag about `item`. An unknown item is private."""
    link_id = item.partition(":")[0]  # "mood:missing" is about mood
    return link_id == "*" or (link_id in definition.by_id and not definition.is_private(definition.by_id[link_id]))


def without_private_skips(definition: Definition, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """Leave out private questions that "hands" skipped: they stay open, and an earlier answer to them stays too."""
    return {
        link_id: value
        for link_id, value in answers.items()
        if respondent != Respondent.HANDS or value is not None or is_public_item(definition, link_id)
    }


def private_questions(definition: Definition) -> list[Question]:
    """The private questions that every check-in asks. A follow-up is left out: it would reveal an answer."""
    return [q for q in definition.questions if q.patient_only and not q.whens]


def next_private(definition: Definition, answers: Answers, after: str) -> Question | None:
    """The next private question after `after` that these answers enable, or None."""
    ids = [question.link_id for question in definition.questions]
    following = definition.questions[ids.index(after) + 1 :]
    return next((q for q in following if definition.is_private(q) and is_enabled(definition, q, answers)), None)
