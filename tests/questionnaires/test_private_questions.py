"""What others may learn about private questions, and which of them still wait for the patient (case 123)."""

import pytest

from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import (
    is_public_item,
    next_private,
    private_questions,
    shown,
    without_private_skips,
)
from server.questionnaires.respondents import Respondent
from tests.questionnaires.made_up import library

ANSWERS: dict[str, Value] = {"pain": 3, "mood": "very-hard", "self-harm": True}


@pytest.fixture
def definition() -> Definition:
    return library("day-after")


def test_case_123_only_the_patient_sees_private_answers(definition: Definition) -> None:
    assert shown(definition, ANSWERS, Respondent.SELF) == ANSWERS
    for respondent in (Respondent.HANDS, Respondent.CAREGIVER):
        assert shown(definition, ANSWERS, respondent) == {"pain": 3}


def test_case_123_a_question_that_depends_on_a_private_answer_is_private_too(definition: Definition) -> None:
    """Whoever saw that self-harm was asked would know that the mood is low."""
    public = [question.link_id for question in definition.questions if is_public_item(definition, question.link_id)]
    assert "pain" in public
    assert not {"mood", "self-harm"} & set(public)


@pytest.mark.parametrize(
    ("item", "public"),
    [
        ("pain", True),
        ("pain:missing", True),
        ("mood", False),
        ("mood:missing", False),
        ("*", True),
        ("*:missing", True),
        ("a question of an older version", False),
    ],
)
def test_case_123_a_flag_is_as_private_as_its_question(definition: Definition, item: str, public: bool) -> None:
    assert is_public_item(definition, item) == public


def test_case_123_a_private_question_that_other_hands_skip_stays_open(definition: Definition) -> None:
    skipped = {"pain": None, "mood": None, "self-harm": False}
    assert without_private_skips(definition, skipped, Respondent.HANDS) == {"pain": None, "self-harm": False}
    assert without_private_skips(definition, skipped, Respondent.SELF) == skipped


def test_case_123_unconditional_private_questions_wait_and_then_those_that_follow(definition: Definition) -> None:
    assert [question.link_id for question in private_questions(definition)] == ["mood"]
    low = next_private(definition, {"mood": "hard"}, "mood")
    assert low is not None
    assert low.link_id == "self-harm"
    assert next_private(definition, {"mood": "none"}, "mood") is None
