"""Conditions of a FHIR Questionnaire (enableWhen): those of an item, and those of the items around it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.questionnaires.fhir.elements import BadQuestionnaire, Element
from server.questionnaires.question import OPERATORS, Question, QuestionType, When

TWO_ANY = "its conditions and those around it cannot be put together, because one of several is enough (any)"


@dataclass(frozen=True)
class Conditions:
    """When an item is asked. `is_any`: one of several is enough."""

    whens: tuple[When, ...] = ()
    is_any: bool = False


ALWAYS = Conditions()


def stated(item: Element) -> Conditions:
    """The item's own conditions. Raises BadQuestionnaire for one that Interlude cannot judge."""
    behavior = item.text("enableBehavior")
    if behavior not in ("", "all", "any"):
        raise item.refuse(f"{behavior} is no enableBehavior")
    return Conditions(tuple(_when(when) for when in item.elements("enableWhen")), behavior == "any")


def _when(when: Element) -> When:
    question, operator = when.text("question"), when.text("operator")
    key, value = when.value("answer")
    if operator not in OPERATORS:
        raise when.refuse(f"{operator} compares nothing" if operator else "its enableWhen has no operator")
    if not question or not key:
        raise when.refuse(f"its enableWhen has no {'answer' if question else 'question'}")
    if key == "answerCoding":
        coding = when.element(key)
        value = coding.text("code") or coding.text("display")
    if not isinstance(value, str | int):
        raise when.refuse(f"its enableWhen compares with {key}, which is no answer that Interlude knows")
    return When(question, operator, value)


def joined(item: Element, own: Conditions, around: Conditions) -> Conditions:
    """Both must hold. Raises BadQuestionnaire where one of several is enough: no list of conditions says that."""
    if not own.whens or not around.whens:
        return own if own.whens else around
    if any(each.is_any and len(each.whens) > 1 for each in (own, around)):
        raise item.refuse(TWO_ANY)
    return Conditions((*around.whens, *own.whens))


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
