"""The answers of a choice, from answerOption or from a ValueSet inside the resource, each with its score."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.questionnaires.fhir.elements import MODIFIED, Element, seen
from server.questionnaires.question import Option
from server.typed.text import one_line

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
SCORES = (
    ORDINAL,
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/iso21090-CO-value",
)
HIGHEST = 1000  # of scores


@dataclass(frozen=True)
class Answer:
    """One answer that a choice offers: the option, and the value[x] that stands for it in a QuestionnaireResponse."""

    option: Option
    key: str
    value: Any


def answers(item: Element, value_sets: Mapping[str, Element], language: str) -> list[Answer]:
    """The answers of a choice in order. Raises BadQuestionnaire for what cannot be read."""
    reference = item.text("answerValueSet")
    offered = item.elements("answerOption")
    if reference and offered:
        raise item.refuse("it has both an answerOption and an answerValueSet")
    if reference:
        found = _of_value_set(item, reference, value_sets, language)
    else:
        found = [_of_option(option, language) for option in offered]
    if not found:
        raise item.refuse("it has no answers to choose from")
    codes = [answer.option.code for answer in found]
    for code in codes:
        if codes.count(code) > 1:
            raise item.refuse(f"two of its answers are {code}")
    labels = [one_line(answer.option.label) for answer in found]
    for label in labels:
        if labels.count(label) > 1:
            raise item.refuse(f"two of its answers read the same: {label}")
    return found


def _of_option(option: Element, language: str) -> Answer:
    key, value = option.value("value")
    if option.flag("initialSelected"):
        raise option.refuse("one of its answers is chosen beforehand, which Interlude never does")
    if key == "valueCoding":
        return _of_coding(option, option.element(key), language)
    if key == "valueString":
        code, label = option.text(key), option.text(key, language)
        if not seen(code):
            raise option.refuse("one of its answers has no text")
        return Answer(Option(code, label, _score(code, option, option.element(f"_{key}"))), key, code)
    if key == "valueInteger":
        if isinstance(value, bool) or not isinstance(value, int):
            raise option.refuse("one of its valueInteger is not a whole number")
        level = _score(str(value), option, option.element(f"_{key}"), by_itself=value)
        return Answer(Option(str(value), str(value), level), key, value)
    raise option.refuse(f"an answer of {key} cannot be asked yet" if key else "one of its answers has no value")


def _of_coding(option: Element, coding: Element, language: str) -> Answer:
    code, display = seen(coding.text("code")), seen(coding.text("display", language))
    if not code and not display:
        raise option.refuse("one of its answers has neither a code nor a display")
    named = code or seen(coding.text("display")) or display
    fields = {name: coding.text(name) for name in ("system", "version", "code", "display") if coding.text(name)}
    return Answer(Option(named, display or code, _score(named, option, coding)), "valueCoding", fields)


def _of_value_set(item: Element, reference: str, value_sets: Mapping[str, Element], language: str) -> list[Answer]:
    found = value_sets.get(reference.removeprefix("#")) if reference.startswith("#") else None
    if found is None:
        raise item.refuse(f"its answers stand in the value set {reference}, which the file does not contain")
    value_set = replace(found, named=item.named)
    if any(part.has("modifierExtension") for part in value_set.objects()):
        raise item.refuse(MODIFIED)
    if value_set.has("expansion"):
        contains = value_set.element("expansion").elements("contains")
        if value_set.element("expansion").number("total", len(contains)) != len(contains):
            raise item.refuse(f"the value set {reference} holds only a part of its answers")
        if any(concept.flag("inactive") for concept in contains):
            raise item.refuse(f"the value set {reference} has an answer that is no longer in use")
        if any(concept.has("contains") or concept.flag("abstract") for concept in contains):
            raise item.refuse(f"the value set {reference} has answers inside answers")
        return [_of_concept(concept, concept.text("system"), language) for concept in contains]
    compose = value_set.element("compose")
    if compose.has("exclude"):
        raise item.refuse(f"the value set {reference} leaves codes out by a rule")
    return [answer for include in compose.elements("include") for answer in _of_include(include, reference, language)]


def _of_include(include: Element, reference: str, language: str) -> list[Answer]:
    if include.has("filter") or include.has("valueSet") or not include.elements("concept"):
        raise include.refuse(f"the value set {reference} does not list its answers")
    return [_of_concept(concept, include.text("system"), language) for concept in include.elements("concept")]


def _of_concept(concept: Element, system: str, language: str) -> Answer:
    code, display = seen(concept.text("code")), seen(concept.text("display"))
    if not system:
        raise concept.refuse("a code of its value set has no system")
    if not code:
        raise concept.refuse("an answer of its value set has no code")
    label = display or code
    for designation in concept.elements("designation"):
        theirs, text = designation.text("language"), designation.text("value")
        if text and language in (theirs, theirs.partition("-")[0]):
            label = text
    parts = {"system": system, "code": code, "display": display}
    fields = {name: part for name, part in parts.items() if part}
    return Answer(Option(code, label, _score(code, concept)), "valueCoding", fields)


def _score(named: str, *elements: Element, by_itself: int | None = None) -> int:
    """The score of an answer, on the option or on its value. A number is its own score unless the file says another."""
    scores = {
        _whole(named, element, extension)
        for element in elements
        for url, extension in element.extensions()
        if url in SCORES
    }
    if len(scores) > 1:
        raise elements[0].refuse(f"its answer {named} has two scores")
    score = scores.pop() if scores else by_itself
    if score is None:
        raise elements[0].refuse(
            f"its answer {named} has no score (ordinalValue or itemWeight), so nobody can tell what is worse"
        )
    if not 0 <= score <= HIGHEST:
        raise elements[0].refuse(f"the score {score} of its answer {named} is not from 0 to {HIGHEST}")
    return score


def _whole(named: str, element: Element, extension: Element) -> int:
    _key, value = extension.value("value")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise element.refuse(f"the score of its answer {named} is not a whole number")
    return value
