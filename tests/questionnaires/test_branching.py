"""Which respondent is asked which question, and which answers are accepted (case 76)."""

from typing import Any

import pytest

from server.questionnaires import branching
from server.questionnaires.question import BadAnswer
from server.questionnaires.respondents import Respondent
from tests.questionnaires.made_up import choice, ids, library, of, when


def test_case_123_the_mood_is_asked_by_itself_only_if_the_patient_holds_the_phone() -> None:
    for slug in ("weekly-als", "daily-three", "day-after"):
        definition = library(slug)
        assert "mood" in ids(definition, {}, Respondent.SELF)
        assert "mood" not in ids(definition, {}, Respondent.HANDS)
        assert "mood" in [question.link_id for question in branching.answerable(definition, {}, Respondent.HANDS)]
        assert "mood" not in ids(definition, {}, Respondent.CAREGIVER)
    assert "self-harm" not in ids(library("day-after"), {"mood": "very-hard"}, Respondent.CAREGIVER)


def test_trouble_swallowing_brings_up_choking_and_low_mood_brings_up_self_harm() -> None:
    weekly, after = library("weekly-als"), library("day-after")
    assert "choking" not in ids(weekly, {})
    assert "choking" not in ids(weekly, {"swallowing": "none"})
    assert "choking" in ids(weekly, {"swallowing": "little"})
    assert "self-harm" not in ids(after, {"mood": "some"})
    assert "self-harm" in ids(after, {"mood": "hard"})


@pytest.mark.parametrize(
    ("condition", "given", "asked"),
    [
        (when("first", "=", answerCoding={"code": "some"}), "some", True),
        (when("first", "=", answerCoding={"code": "some"}), "very", False),
        (when("first", "!=", answerCoding={"code": "some"}), "very", True),
        (when("first", "!=", answerCoding={"code": "some"}), None, False),
        (when("first", ">", answerCoding={"code": "some"}), "very", True),
        (when("first", ">", answerCoding={"code": "some"}), "some", False),
        (when("first", ">=", answerCoding={"code": "some"}), "some", True),
        (when("first", "<", answerCoding={"code": "some"}), "none", True),
        (when("first", "<=", answerCoding={"code": "none"}), "some", False),
        (when("first", "exists", answerBoolean=True), "none", True),
        (when("first", "exists", answerBoolean=True), None, False),
        (when("first", "exists", answerBoolean=False), None, True),
    ],
    ids=str,
)
def test_conditions_follow_fhir(condition: dict[str, Any], given: str | None, asked: bool) -> None:
    definition = of(choice("first"), choice("second", enableWhen=[condition]))
    assert ("second" in ids(definition, {"first": given})) == asked
    assert ("second" in ids(definition, {})) == (
        condition["operator"] == "exists" and condition["answerBoolean"] is False
    )


def test_all_conditions_must_hold_unless_any_is_enough() -> None:
    both = [when("first", "=", answerCoding={"code": "very"}), when("second", "=", answerCoding={"code": "very"})]
    strict = of(choice("first"), choice("second"), choice("third", enableWhen=both))
    lenient = of(choice("first"), choice("second"), choice("third", enableWhen=both, enableBehavior="any"))
    one = {"first": "very", "second": "none"}
    assert "third" not in ids(strict, one)
    assert "third" in ids(lenient, one)
    assert "third" in ids(strict, {"first": "very", "second": "very"})


def test_an_answer_to_a_question_that_was_not_asked_does_not_count() -> None:
    weekly = library("weekly-als")
    assert branching.check_answers(weekly, {"pain": "3", "fall": "no"}, Respondent.SELF) == {"pain": 3, "fall": False}
    for answers, respondent in (
        ({"eyesight": "none"}, "self"),
        ({"choking": True}, "self"),
        ({"swallowing": "none", "choking": True}, "self"),
        ({"mood": "none"}, "helper"),
    ):
        with pytest.raises(BadAnswer):
            branching.check_answers(weekly, answers, Respondent(respondent))


def test_the_next_question_is_searched_ahead_and_then_from_the_start() -> None:
    definition = of(choice("a"), choice("b"), choice("c"))

    def after(link_id: str | None, answers: dict[str, Any]) -> str | None:
        found = branching.next_unanswered(definition, answers, Respondent.SELF, link_id)
        return found.link_id if found else None

    assert after(None, {}) == "a"
    assert after("a", {"a": "none"}) == "b"
    assert after("c", {"c": None}) == "a"
    assert after("b", {"a": None, "b": "some", "c": "very"}) is None
    assert after("gone", {}) == "a"
