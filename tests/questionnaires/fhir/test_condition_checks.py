"""A condition must compare with an answer that its question can have (case 111)."""

import pytest

from server.questionnaires.fhir import BadQuestionnaire, condition_checks
from server.questionnaires.question import When
from tests.questionnaires.made_up import choice, item, of

BY_ID = of(choice("pain"), item(linkId="asleep")).by_id
CODE = BY_ID["pain"].options[0].code


@pytest.mark.parametrize(
    "when", [When("pain", "=", CODE), When("pain", "exists", False), When("asleep", "!=", True)], ids=str
)
def test_a_condition_that_an_answer_can_meet_passes(when: When) -> None:
    condition_checks.check("speech", when, BY_ID)
    assert when.question in BY_ID


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
