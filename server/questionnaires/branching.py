"""Pure rules: which respondent is asked which question, in which order, given the answers so far."""

from collections.abc import Mapping

from server.questionnaires.answers import Answers, Value
from server.questionnaires.definition import Definition
from server.questionnaires.question import BadAnswer, Question, When
from server.questionnaires.respondents import Respondent


def asked(definition: Definition, answers: Answers, respondent: Respondent) -> list[Question]:
    """The questions that this respondent is asked, given the answers so far, in order.

    While someone else holds the device, private ones wait for the patient (decision 0015).
    """
    return [
        q
        for q in answerable(definition, answers, respondent)
        if respondent == Respondent.SELF or not definition.is_private(q)
    ]


def answerable(definition: Definition, answers: Answers, respondent: Respondent) -> list[Question]:
    """Like `asked`, plus those asked only after *Ask me this now*. A caregiver never answers for mood (case 76)."""
    allowed = [q for q in definition.questions if respondent != Respondent.CAREGIVER or not q.patient_only]
    return [q for q in allowed if is_enabled(definition, q, answers)]


def still_asked(definition: Definition, answers: Answers, respondent: Respondent) -> dict[str, Value]:
    """The answers whose questions may still be asked: a changed answer may disable other questions."""
    kept = dict(answers)
    while True:
        ids = {question.link_id for question in answerable(definition, kept, respondent)}
        if kept.keys() <= ids:
            return kept
        kept = {link_id: value for link_id, value in kept.items() if link_id in ids}


def check_answers(definition: Definition, answers: Mapping[str, object], respondent: Respondent) -> dict[str, Value]:
    """Check every answer. Raises BadAnswer for a wrong value, or for a question that this respondent is not asked."""
    checked = {link_id: definition.question(link_id).check(value) for link_id, value in answers.items()}
    allowed = {question.link_id for question in answerable(definition, checked, respondent)}
    for link_id in checked:
        if link_id not in allowed:
            raise BadAnswer(link_id, "not asked")
    return checked


def next_unanswered(
    definition: Definition, answers: Answers, respondent: Respondent, after: str | None = None
) -> Question | None:
    """The next question with neither answer nor skip: first those after `after`, then from the start."""
    questions = asked(definition, answers, respondent)
    ids = [question.link_id for question in questions]
    start = ids.index(after) + 1 if after in ids else 0
    return next((q for q in [*questions[start:], *questions[:start]] if q.link_id not in answers), None)


def is_enabled(definition: Definition, question: Question, answers: Answers) -> bool:
    """Whether the answers so far enable this question (FHIR enableWhen)."""
    if not question.whens:
        return True
    holds = (_holds(definition, when, answers) for when in question.whens)
    return any(holds) if question.any_when else all(holds)


def _holds(definition: Definition, when: When, answers: Answers) -> bool:
    given = answers.get(when.question)
    if when.operator == "exists":
        return (given is not None) == when.value
    if given is None:
        return False
    if when.operator in ("=", "!="):
        return (given == when.value) == (when.operator == "=")
    here = definition.question(when.question)
    level, against = here.level(given), here.level(when.value)
    if level is None or against is None:
        return False
    return {">": level > against, "<": level < against, ">=": level >= against, "<=": level <= against}[when.operator]
