"""Conditions of items and of the items around them, joined or refused (case 111)."""

import json

import pytest

from server.questionnaires.answers import Value
from server.questionnaires.branching import asked
from server.questionnaires.fhir import BadQuestionnaire, conditions, read_definition
from server.questionnaires.fhir.elements import Element
from server.questionnaires.flow import LIBRARY
from server.questionnaires.question import When
from server.questionnaires.respondents import Respondent
from tests.questionnaires.made_up import item, when
from tests.questionnaires.real import EVERYTHING

WEEKLY = json.loads((LIBRARY / "weekly-als.json").read_text())


def test_case_111_a_condition_of_a_group_applies_to_its_items() -> None:
    read = read_definition(EVERYTHING)
    assert asked(read, {}, Respondent.SELF)[0].group == "Think of today."
    rounds: tuple[tuple[dict[str, Value], list[str]], ...] = (
        ({}, ["asked"]),
        ({"asked": False}, ["asked", "which"]),
        ({"asked": True}, ["asked", "which", "level"]),
        ({"asked": True, "which": "lots"}, ["asked", "which", "level", "times"]),
        ({"asked": True, "which": "lots", "times": "3"}, ["asked", "which", "level", "times", "word"]),
        ({"asked": True, "level": "low", "word": "Badly"}, ["asked", "which", "level", "word", "pain"]),
    )
    for answers, then in rounds:
        assert [question.link_id for question in asked(read, answers, Respondent.SELF)] == then
    assert (read.by_id["pain"].lowest, read.by_id["pain"].highest) == (1, 5)


def test_case_111_conditions_that_cannot_be_combined_are_refused() -> None:
    any_of_two = [when("a", "=", answerBoolean=True), when("b", "=", answerBoolean=True)]
    a, b = ({"linkId": link_id, "type": "boolean", "text": "?"} for link_id in "ab")
    group = {"linkId": "g", "type": "group", "enableWhen": any_of_two, "enableBehavior": "any"}
    inner = item(enableWhen=[when("a", "=", answerBoolean=False)])
    with pytest.raises(BadQuestionnaire, match="sleep: its conditions"):
        read_definition({"name": "one", "item": [a, b, group | {"item": [inner]}]})
    read = read_definition({"name": "one", "item": [a, b, group | {"item": [item()]}]})
    assert (len(read.by_id["sleep"].whens), read.by_id["sleep"].any_when) == (2, True)


# --- in another language


def stated(**fields: object) -> conditions.Conditions:
    return conditions.stated(Element({"linkId": "b"} | fields, "b"))


def test_an_item_without_conditions_is_always_asked() -> None:
    assert stated() == conditions.ALWAYS


def test_the_conditions_of_an_item_are_read_with_how_many_are_enough() -> None:
    two = [when("a", "=", answerBoolean=True), when("c", "exists", answerBoolean=False)]
    found = stated(enableWhen=two, enableBehavior="any")
    assert found == conditions.Conditions((When("a", "=", True), When("c", "exists", False)), is_any=True)
