"""A FHIR Questionnaire is read into a definition, in each language. What can't be asked is refused by name."""

import json
from typing import Any

import pytest

from server.questionnaires import fhir
from server.questionnaires.fhir import BadQuestionnaire, items, read_definition, reading
from server.questionnaires.flow import LIBRARY
from tests.questionnaires.made_up import choice, item, of, when
from tests.questionnaires.real import PHQ

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
def test_an_unsupported_item_is_refused_by_name(resource: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_definition(resource)


def test_groups_and_displays_are_not_questions() -> None:
    inner = {"linkId": "g", "type": "group", "text": "Arms", "item": [choice("a"), {"linkId": "d", "type": "display"}]}
    definition = of(inner, choice("b"))
    assert [(question.link_id, question.group) for question in definition.questions] == [("a", "Arms"), ("b", "")]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (item(repeats=True), "several answers"),
        (item(readOnly=True), "nobody may answer"),
        (item(initial=[{"valueBoolean": True}]), "beforehand"),
        (item(modifierExtension=[{"url": "urn:x", "valueBoolean": True}]), "modifierExtension"),
        (item(extension=[{"url": reading.HIDDEN, "valueBoolean": True}]), "hidden"),
        (item(extension=[{"url": "urn:sum", "valueExpression": {}}]), "computes"),
        (item(extension=[{"url": "urn:hide", "extension": [{"url": "by", "valueExpression": {}}]}]), "by computes"),
        (item(enableWhen=[when("other", "=", answerBoolean=True) | {"modifierExtension": [{}]}]), "modifierExtension"),
        (choice("sleep") | {"answerOption": [{"modifierExtension": [{"url": "urn:not"}]}]}, "modifierExtension"),
        (item(text=" \u200b\u3164"), "no text"),
        (item(text=""), "no text"),
        (item(type="integer"), "from which number"),
        (item(type="integer", extension=[{"url": items.MOST, "valueInteger": 300}]), "from which number"),
        (item(enableWhen=[when("sleep", "=", answerBoolean=True)]), "itself"),
        (item(enableWhen=[{"question": "other", "operator": "="}]), "no answer"),
        (item(enableWhen=[when("other", "=", answerInteger=3)]), "does not have: 3"),
        (item(enableWhen=[when("other", "exists", answerInteger=1)]), "does not have: 1"),
        (item(enableWhen=[when("other", "=", answerBoolean=True)], enableBehavior="some"), "some"),
        (item(type="group", item=[]), "without a question"),
        (item(type="display", enableWhen=[when("other", "=", answerBoolean=True)]), "depends on an answer"),
        (item(type="display", item=[item(linkId="in")]), "no items in it"),
        (item(linkId="/44250-9"), "addresses"),
        ({"type": "boolean", "text": "Asleep?"}, "no linkId"),
        ({"linkId": "sleep", "text": "Asleep?"}, "no type"),
    ],
)
def test_case_111_an_element_that_would_change_the_meaning_is_refused_with_item_and_reason(
    one: dict[str, Any], why: str
) -> None:
    other = {"linkId": "other", "type": "boolean", "text": "Else?"}
    with pytest.raises(BadQuestionnaire, match=why) as refused:
        read_definition({"name": "one", "version": "1", "item": [other, one]})
    assert refused.value.named in (one.get("linkId"), "item 2 (Asleep?)")


def test_case_111_texts_between_questions_are_shown_with_a_question() -> None:
    read = read_definition(PHQ)
    assert [question.group for question in read.questions] == [PHQ["item"][0]["text"]] * 2
    assert [question.text for question in read.questions] == ["1. Little interest?", "2. Feeling down?"]
    assert read.questions[1].hint == "Thank you."
    assert [option.level for option in read.questions[0].options] == [0, 1, 2, 3]
    with pytest.raises(BadQuestionnaire, match="shown nowhere"):
        read_definition({"name": "one", "item": [{"linkId": "d", "type": "display", "text": "Hello"}]})


def test_case_111_rules_that_stand_elsewhere_are_refused() -> None:
    with pytest.raises(BadQuestionnaire, match="the questionnaire: its implicitRules"):
        read_definition(PHQ | {"implicitRules": "http://example.org/rules"})


def test_case_111_a_title_that_nobody_sees_is_none() -> None:
    assert read_definition({"name": "one", "title": "\u2800 ", "item": [choice("a")]}).title == "one"


def translated(text: str, code: str = "es") -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": code}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": fhir.TRANSLATION, "extension": parts}]}


def test_a_translated_questionnaire_stays_the_same_version() -> None:
    library = json.loads((LIBRARY / "weekly-als.json").read_text())
    english, spanish = read_definition(library), read_definition(library, "es")
    assert (spanish.slug, spanish.version) == (english.slug, english.version)
    assert [q.link_id for q in spanish.questions] == [q.link_id for q in english.questions]
    first = spanish.questions[0]
    assert (first.text, first.short) == ("¿Cómo respira?", "Respiración")
    assert [(o.code, o.level) for o in first.options] == [(o.code, o.level) for o in english.questions[0].options]
    assert first.label("very-hard") == "Muy difícil"


def test_untranslated_text_stays_as_written() -> None:
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
def test_an_empty_translation_is_ignored(shadow: dict[str, Any]) -> None:
    resource = {"name": "a", "version": "1", "title": "One", "_title": shadow, "item": []}
    assert read_definition(resource, "es").title == "One"
