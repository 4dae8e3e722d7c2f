"""The answers of a choice and their scores, wherever a file stores them (case 111)."""

from typing import Any

import pytest

from server.questionnaires.fhir import BadQuestionnaire, offered_answers, read_definition
from server.questionnaires.fhir.options import ORDINAL, SCORES
from server.questionnaires.question import QuestionType

WEIGHT = SCORES[1]


def score(value: Any, url: str = ORDINAL) -> dict[str, Any]:
    return {"extension": [{"url": url, "valueDecimal": value}]}


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"valueCoding": {"code": code, "display": code.title()}} | more


def read(item: dict[str, Any], **more: Any) -> list[tuple[str, str, int]]:
    whole = {"name": "one", "version": "1", "item": [{"linkId": "sleep", "text": "How?", "type": "choice"} | item]}
    [question] = read_definition(whole | more).questions
    assert question.type == QuestionType.CHOICE
    return [(option.code, option.label, option.level) for option in question.options]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([coded("ok", **score(0)), coded("bad", **score(3.0))], [("ok", "Ok", 0), ("bad", "Bad", 3)]),
        ([coded("ok", **score(1, WEIGHT))], [("ok", "Ok", 1)]),
        ([{"valueCoding": {"code": "ok"} | score(2, WEIGHT)}], [("ok", "ok", 2)]),
        ([{"valueCoding": {"display": "All good"} | score(0)}], [("All good", "All good", 0)]),
        (
            [{"valueString": "Rarely"} | score(0), {"valueString": "Often"} | score(2)],
            [("Rarely", "Rarely", 0), ("Often", "Often", 2)],
        ),
        ([{"valueString": "Often", "_valueString": score(2)}], [("Often", "Often", 2)]),
        ([{"valueInteger": 0}, {"valueInteger": 7}], [("0", "0", 0), ("7", "7", 7)]),
        ([{"valueInteger": 1} | score(4), {"valueInteger": 2} | score(0)], [("1", "1", 4), ("2", "2", 0)]),
    ],
    ids=["ordinal", "weight", "on the coding", "no code", "string", "on the string", "integer", "integer with score"],
)
def test_case_111_a_score_is_read_from_every_place_that_may_hold_it(
    options: list[dict[str, Any]], found: list[tuple[str, str, int]]
) -> None:
    assert read({"answerOption": options}) == found


@pytest.mark.parametrize("kind", ["integer", "string"])
def test_case_111_an_item_of_another_type_that_lists_its_answers_is_a_choice(kind: str) -> None:
    option = {"valueInteger": 2} if kind == "integer" else {"valueString": "Two"} | score(2)
    assert [level for _, _, level in read({"type": kind, "answerOption": [option]})] == [2]


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({}, "no answers"),
        ({"answerOption": [coded("ok", **score(0)), coded("bad")]}, "bad has no score"),
        ({"answerOption": [coded("ok"), coded("bad")]}, "ok has no score"),
        ({"answerOption": [{"valueString": "Often"}]}, "Often has no score"),
        ({"answerOption": [coded("ok", **score(0.5))]}, "whole number"),
        ({"answerOption": [coded("ok", **score(-1))]}, "-1"),
        ({"answerOption": [coded("ok", **score("3"))]}, "whole number"),
        ({"answerOption": [{"valueCoding": {"code": "ok"} | score(1)} | score(2)]}, "two scores"),
        ({"answerOption": [coded("ok", **score(0)), coded("ok", **score(1))]}, "two of its answers are ok"),
        (
            {"answerOption": [coded("often", **score(0)), coded("Often", **score(1))]},
            "two of its answers read the same: Often",
        ),
        ({"answerOption": [{"valueDate": "2026-01-01"} | score(0)]}, "valueDate"),
        ({"answerOption": [score(0)]}, "no value"),
        ({"answerOption": [{"valueString": " "} | score(0)]}, "no text"),
        ({"answerOption": [{"valueInteger": "3"}]}, "valueInteger"),
        ({"answerOption": [{"valueCoding": score(0)}]}, "neither a code nor a display"),
        ({"answerOption": [{"valueCoding": {"code": " ", "display": "\u3164"} | score(0)}]}, "neither a code nor"),
        ({"answerOption": [coded("ok", initialSelected=True, **score(0))]}, "beforehand"),
        ({"answerOption": [coded("ok", **score(0))], "answerValueSet": "#set"}, "both"),
        ({"answerValueSet": "#nowhere"}, "#nowhere"),
        ({"answerValueSet": "urn:elsewhere"}, "urn:elsewhere"),
        ({"type": "boolean", "answerOption": [{"valueInteger": 1}]}, "yes-or-no"),
    ],
)
def test_case_111_an_unsupported_option_is_refused_with_item_and_reason(item: dict[str, Any], why: str) -> None:
    with pytest.raises(BadQuestionnaire, match=why) as refused:
        read(item)
    assert refused.value.named == "sleep"


# --- answerValueSet


def value_set(**parts: Any) -> dict[str, Any]:
    return {"contained": [{"resourceType": "ValueSet", "id": "set", "status": "active"} | parts]}


CONCEPTS = [
    {"code": "no", "display": "No", "designation": [{"language": "es", "value": "Nada"}]} | score(0),
    {"code": "yes", "display": "Yes"} | score(2, WEIGHT),
]


@pytest.mark.parametrize(
    "parts",
    [
        {"compose": {"include": [{"system": "urn:s", "concept": CONCEPTS}]}},
        {
            "compose": {
                "include": [{"system": "urn:a", "concept": CONCEPTS[:1]}, {"system": "urn:b", "concept": CONCEPTS[1:]}]
            }
        },
        {"expansion": {"contains": [{"system": "urn:s"} | concept for concept in CONCEPTS]}},
    ],
    ids=["concepts", "two systems", "expansion"],
)
def test_case_111_answers_are_read_from_a_value_set_in_the_file(parts: dict[str, Any]) -> None:
    assert read({"answerValueSet": "#set"}, **value_set(**parts)) == [("no", "No", 0), ("yes", "Yes", 2)]


def test_case_111_a_value_set_is_read_in_the_persons_language() -> None:
    item = {"linkId": "a", "text": "A?", "type": "choice", "answerValueSet": "#set"}
    whole = {"name": "a", "item": [item]} | value_set(compose={"include": [{"system": "urn:s", "concept": CONCEPTS}]})
    assert [option.label for option in read_definition(whole, "es").questions[0].options] == ["Nada", "Yes"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"compose": {"include": [{"system": "urn:s"}]}}, "does not list"),
        ({"compose": {"include": [{"filter": [{}]}]}}, "does not list"),
        ({"compose": {"include": [{"concept": CONCEPTS}], "exclude": [{}]}}, "by a rule"),
        ({"compose": {"include": [{"system": "urn:s", "concept": [{"display": "No"}]}]}}, "no code"),
        ({"compose": {"include": [{"system": "urn:s", "concept": [{"code": "no"}]}]}}, "no score"),
        ({"compose": {"include": [{"concept": CONCEPTS}]}}, "no system"),
        (
            {"expansion": {"contains": [{"system": "urn:s", "code": "a", "contains": [{"code": "b"}]}]}},
            "inside answers",
        ),
        ({"expansion": {"total": 3, "contains": [{"system": "urn:s"} | CONCEPTS[0]]}}, "only a part"),
        ({"expansion": {"contains": [{"system": "urn:s", "inactive": True} | CONCEPTS[0]]}}, "no longer in use"),
        ({"modifierExtension": [{"url": "urn:not"}]}, "modifierExtension"),
        ({}, "no answers"),
    ],
)
def test_case_111_a_value_set_that_does_not_list_its_answers_is_refused(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(BadQuestionnaire, match=f"^sleep: .*{why}"):
        read({"answerValueSet": "#set"}, **value_set(**parts))


def test_case_111_two_value_sets_of_one_id_are_refused() -> None:
    twice = value_set(expansion={"contains": [{"system": "urn:s"} | CONCEPTS[0]]})["contained"] * 2
    with pytest.raises(BadQuestionnaire, match="contained: two value sets share the id set"):
        read({"answerValueSet": "#set"}, contained=twice)


def test_an_export_gives_an_answer_as_the_file_lists_it() -> None:
    option = {"valueCoding": {"system": "urn:s", "code": "ok", "display": "Fine"} | score(0)}
    found = offered_answers(
        {}, {"linkId": "a", "answerOption": [option, {"valueInteger": 3}, {"valueString": "x"} | score(1)]}
    )
    answers = {code: (answer.key, answer.value) for code, answer in found.items()}
    assert answers == {
        "ok": ("valueCoding", {"system": "urn:s", "code": "ok", "display": "Fine"}),
        "3": ("valueInteger", 3),
        "x": ("valueString", "x"),
    }
