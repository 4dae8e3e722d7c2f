"""Conditions of a FHIR Questionnaire (enableWhen): those of an item, and those of the items around it."""

from dataclasses import dataclass

from server.questionnaires.fhir.elements import Element
from server.questionnaires.question import OPERATORS, When

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
    """Both conditions must hold. Raises BadQuestionnaire if one of several is enough: no single list says that."""
    if not own.whens or not around.whens:
        return own if own.whens else around
    if any(each.is_any and len(each.whens) > 1 for each in (own, around)):
        raise item.refuse(TWO_ANY)
    return Conditions((*around.whens, *own.whens))
