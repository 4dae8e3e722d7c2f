"""A FHIR Questionnaire read into a form, in each language: what can't be asked is refused by name."""

import json
from typing import Any

import pytest

from server.questionnaires import fhir
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from tests.questionnaires.made_up import choice, of, when

WEEKLY = json.loads((LIBRARY / "weekly-als.json").read_text())


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (WEEKLY | {"item": [*WEEKLY["item"], WEEKLY["item"][0]]}, "linkId"),
        (WEEKLY | {"item": [{"linkId": "photo", "text": "A photo?", "type": "attachment"}]}, "photo"),
        (WEEKLY | {"item": [choice("first", enableWhen=[when("nowhere", "=", answerBoolean=True)])]}, "nowhere"),
        (WEEKLY | {"version": "newest"}, "newest"),
    ],
    ids=["twice", "type", "condition", "version"],
)
def test_what_cannot_be_asked_is_refused_by_name(resource: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_definition(resource)


def test_groups_and_displays_hold_questions_and_ask_nothing() -> None:
    inner = {"linkId": "g", "type": "group", "text": "Arms", "item": [choice("a"), {"linkId": "d", "type": "display"}]}
    definition = of(inner, choice("b"))
    assert [(question.link_id, question.group) for question in definition.questions] == [("a", "Arms"), ("b", "")]


# --- in another language


def translated(text: str, code: str = "es") -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": code}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": fhir.TRANSLATION, "extension": parts}]}


def test_a_form_is_read_in_a_language_and_stays_the_same_version() -> None:
    library = json.loads((LIBRARY / "weekly-als.json").read_text())
    english, spanish = read_definition(library), read_definition(library, "es")
    assert (spanish.slug, spanish.version) == (english.slug, english.version)
    assert [q.link_id for q in spanish.questions] == [q.link_id for q in english.questions]
    first = spanish.questions[0]
    assert (first.text, first.short) == ("¿Cómo respira?", "Respiración")
    assert [(o.code, o.level) for o in first.options] == [(o.code, o.level) for o in english.questions[0].options]
    assert first.label("very-hard") == "Muy difícil"


def test_what_is_not_translated_stays_as_it_was_written() -> None:
    item = {"linkId": "a", "type": "boolean", "text": "How?", "_text": translated("¿Cómo?", "es-MX")}
    resource = {"name": "a", "version": "1", "title": "One", "item": [item]}
    assert read_definition(resource, "es").title == "One"
    assert read_definition(resource, "es").questions[0].text == "¿Cómo?"
    assert read_definition(resource, "fr").questions[0].text == "How?"


@pytest.mark.parametrize(
    "shadow",
    [
        {},
        {"extension": []},
        {"extension": [{"url": "urn:other", "valueString": "no"}]},
        {"extension": [{"url": fhir.TRANSLATION}]},
        {"extension": [{"url": fhir.TRANSLATION, "extension": [{"url": "lang", "valueCode": "es"}]}]},
        translated(""),
    ],
)
def test_a_translation_that_says_nothing_is_passed_over(shadow: dict[str, Any]) -> None:
    resource = {"name": "a", "version": "1", "title": "One", "_title": shadow, "item": []}
    assert read_definition(resource, "es").title == "One"
