"""Whether the answers that conditions compare with exist: checked when all questions have been read."""

from collections.abc import Mapping
from dataclasses import replace

from server.questionnaires.fhir.elements import BadQuestionnaire
from server.questionnaires.question import Question, QuestionType, When


def check(named: str, when: When, by_id: Mapping[str, Question]) -> None:
    """Raise BadQuestionnaire if no answer of that question can meet the condition of the item `named`."""
    other = by_id.get(when.question)
    if other is None:
        raise BadQuestionnaire(named, f"asked by the answer to {when.question}, which there is not")
    value = _as_answered(when, by_id).value
    if when.operator == "exists":
        right = isinstance(value, bool)
    elif other.type == QuestionType.CHOICE:
        right = any(option.code == value for option in other.options)
    else:
        right = isinstance(value, bool) == (other.type == QuestionType.BOOLEAN) and isinstance(value, int)
    if not right:
        why = f"asked by an answer to {when.question} that this question does not have: {when.value}"
        raise BadQuestionnaire(named, why)


def named_by_code(question: Question, by_id: Mapping[str, Question]) -> Question:
    """The question with conditions that name options by their codes, which are text even for an answerInteger."""
    if any(when.question == question.link_id for when in question.whens):
        raise BadQuestionnaire(question.link_id, "asked by the answer to itself")
    return replace(question, whens=tuple(_as_answered(when, by_id) for when in question.whens))


def _as_answered(when: When, by_id: Mapping[str, Question]) -> When:
    is_code = by_id[when.question].type == QuestionType.CHOICE and when.operator != "exists"
    return replace(when, value=str(when.value)) if is_code and not isinstance(when.value, bool) else when
