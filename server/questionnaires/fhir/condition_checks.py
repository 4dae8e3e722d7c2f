"""Whether the answers that conditions compare with exist: checked when all questions have been read."""

from collections.abc import Mapping, Sequence
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


def check_all_are_asked(questions: Sequence[Question]) -> None:
    """Raise BadQuestionnaire for a question that no answers lead to, because its conditions depend on each other."""
    led_to: set[str] = set()
    while more := [each for each in questions if each.link_id not in led_to and _may_be_asked(each, led_to)]:
        led_to |= {each.link_id for each in more}
    for question in questions:
        if question.link_id not in led_to:
            raise BadQuestionnaire(question.link_id, "asked by answers that are asked only after it, so never")


def _may_be_asked(question: Question, led_to: set[str]) -> bool:
    ways = [when.question in led_to or (when.operator == "exists" and when.value is False) for when in question.whens]
    return not ways or (any(ways) if question.any_when else all(ways))


def _as_answered(when: When, by_id: Mapping[str, Question]) -> When:
    is_code = by_id[when.question].type == QuestionType.CHOICE and when.operator != "exists"
    return replace(when, value=str(when.value)) if is_code and not isinstance(when.value, bool) else when
