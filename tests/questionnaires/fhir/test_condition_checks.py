"""A condition must compare with an answer that its question can have (case 111)."""

import pytest

from server.questionnaires.fhir import BadQuestionnaire, condition_checks, read_definition
from server.questionnaires.question import When
from tests.questionnaires.made_up import choice, item, of, when

BY_ID = of(choice("pain"), item(linkId="asleep")).by_id
CODE = BY_ID["pain"].options[0].code


@pytest.mark.parametrize(
    "condition", [When("pain", "=", CODE), When("pain", "exists", False), When("asleep", "!=", True)], ids=str
)
def test_a_condition_that_an_answer_can_meet_passes(condition: When) -> None:
    condition_checks.check("speech", condition, BY_ID)
    assert condition.question in BY_ID


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (When("nowhere", "=", True), "speech: asked by the answer to nowhere, which there is not"),
        (When("pain", "=", "unheard-of"), "speech: asked by an answer to pain .*: unheard-of"),
        (When("pain", "exists", "yes"), "speech: asked by an answer to pain .*: yes"),
        (When("asleep", "=", 1), "speech: asked by an answer to asleep .*: 1"),
    ],
)
def test_a_condition_that_no_answer_can_meet_is_refused_with_its_item(when: When, why: str) -> None:
    with pytest.raises(BadQuestionnaire, match=why):
        condition_checks.check("speech", when, BY_ID)


@pytest.mark.parametrize("circle", [["b", "a"], ["b", "c", "a"]], ids=len)
def test_case_111_questions_that_wait_for_each_other_are_refused(circle: list[str]) -> None:
    waiting = [
        {"linkId": link_id, "type": "boolean", "text": "?", "enableWhen": [when(other, "=", answerBoolean=True)]}
        for link_id, other in zip(["a", "b", "c"], circle, strict=False)
    ]
    with pytest.raises(BadQuestionnaire, match="a: asked by answers that are asked only after it"):
        read_definition({"name": "one", "item": waiting})


def test_case_111_a_question_may_wait_for_a_later_one() -> None:
    later = {"linkId": "later", "type": "boolean", "text": "?"}
    for condition in (when("later", "=", answerBoolean=True), when("later", "exists", answerBoolean=False)):
        read = read_definition({"name": "one", "item": [item(enableWhen=[condition]), later]})
        assert [question.link_id for question in read.questions] == ["sleep", "later"]
