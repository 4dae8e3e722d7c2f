"""Build a definition from a FHIR R4 Questionnaire, which contains its translations."""

from collections.abc import Mapping
from typing import Any

from server.questionnaires.definition import Definition
from server.questionnaires.question import OPERATORS, Option, Question, When

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
OURS = "urn:interlude:"
TYPES = ("choice", "boolean", "integer")


def read_definition(resource: Mapping[str, Any], language: str = "en") -> Definition:
    """The definition with its texts in `language` where they are translated, else in the original.

    Raises ValueError, naming the item, if Interlude cannot ask it.
    """
    questions = tuple(_questions(resource.get("item", ()), "", language))
    by_id = {question.link_id: question for question in questions}
    if len(by_id) != len(questions):
        raise ValueError("two items share one linkId")
    for question in questions:
        _check_whens(question, by_id)
    return Definition(
        slug=resource["name"],
        version=int(resource["version"]),
        title=_in_language(resource, "title", language),
        seconds=_extension(resource, OURS + "seconds", 60),
        may_be_same=_extension(resource, OURS + "same", False),
        questions=questions,
        by_id=by_id,
    )


def _questions(items: Any, group: str, language: str) -> list[Question]:
    found: list[Question] = []
    for item in items:
        if item["type"] in ("group", "display"):
            inside = _in_language(item, "text", language) if "text" in item else group
            found += _questions(item.get("item", ()), inside, language)
        elif item["type"] in TYPES:
            found.append(_question(item, group, language))
        else:
            raise ValueError(f"{item.get('linkId')}: items of type {item['type']} cannot be asked yet")
    return found


def _question(item: Mapping[str, Any], group: str, language: str) -> Question:
    text = _in_language(item, "text", language)
    return Question(
        link_id=item["linkId"],
        text=text,
        type=item["type"],
        options=tuple(_option(option, language) for option in item.get("answerOption", ())),
        short=_extension(item, OURS + "short", text, language),
        hint=_extension(item, OURS + "hint", "", language),
        low_end=_extension(item, OURS + "low-end", "", language),
        high_end=_extension(item, OURS + "high-end", "", language),
        profile=_extension(item, OURS + "profile", ""),
        group=group,
        patient_only=_extension(item, OURS + "patient-only", False),
        whens=tuple(_when(when) for when in item.get("enableWhen", ())),
        any_when=item.get("enableBehavior") == "any",
        worse_answer=_extension(item, OURS + "worse-answer", True),
    )


def _check_whens(question: Question, by_id: Mapping[str, Question]) -> None:
    for when in question.whens:
        if when.question not in by_id:
            raise ValueError(f"{question.link_id}: asked by the answer to {when.question}, which there is not")
        if when.operator not in OPERATORS:
            raise ValueError(f"{question.link_id}: {when.operator} compares nothing")


def _option(option: Mapping[str, Any], language: str) -> Option:
    coding = option["valueCoding"]
    return Option(coding["code"], _in_language(coding, "display", language), int(_extension(coding, ORDINAL, 0)))


def _when(when: Mapping[str, Any]) -> When:
    value = next((when[key] for key in when if key.startswith("answer")), None)
    return When(when["question"], when["operator"], value["code"] if isinstance(value, dict) else value)


def _extension(element: Mapping[str, Any], url: str, default: Any, language: str = "") -> Any:
    for extension in element.get("extension", ()):
        if extension["url"] == url:
            key = next(key for key in extension if key.startswith("value"))
            return _in_language(extension, key, language)
    return default


def _in_language(element: Mapping[str, Any], key: str, language: str) -> Any:
    """The value at `key` in this language. FHIR keeps translations in the sibling property `_key`."""
    for extension in element.get(f"_{key}", {}).get("extension", ()):
        parts = {part["url"]: part for part in extension.get("extension", ()) if extension["url"] == TRANSLATION}
        code = parts.get("lang", {}).get("valueCode", "")
        content = next((value for name, value in parts.get("content", {}).items() if name.startswith("value")), "")
        if content and language in (code, code.partition("-")[0]):
            return content
    return element[key]
