"""Questionnaires read into questions; who is asked what; which answers there are: pure (case 76)."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.flags.triggers.versions import DEFAULTS
from server.questionnaires import definition
from server.questionnaires.definition import BadAnswer, Form
from server.questionnaires.flow import LIBRARY
from server.questionnaires.respondents import Respondent
from tests.questionnaires.made_up import choice, library, of, when

SLUGS = ("daily-three", "day-after", "function", "readiness", "weekly-als")


def ids(form: Form, answers: dict[str, Any], respondent: Respondent = Respondent.SELF) -> list[str]:
    return [question.link_id for question in definition.asked(form, answers, respondent)]


def test_the_library_is_what_we_say_it_is() -> None:
    assert sorted(path.stem for path in LIBRARY.glob("*.json")) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_form_of_the_library_can_be_asked(slug: str) -> None:
    form = library(slug)
    assert (form.slug, form.version) == (slug, 1)
    assert 10 <= form.seconds <= 180
    for question in form.questions:
        assert question.text.endswith("?")
        assert 0 < len(question.short) <= 32
        if question.type == "choice":
            assert [option.level for option in question.options] == [0, 1, 2, 3, 4]
            assert len({option.label for option in question.options}) == len({o.code for o in question.options}) == 5
        for condition in question.whens:
            assert form.question(condition.question).level(condition.value) is not None


@pytest.mark.parametrize("slug", SLUGS)
def test_every_rule_of_the_library_is_about_a_question_that_is_asked(slug: str) -> None:
    form = library(slug)
    for rule in json.loads(Path(DEFAULTS).read_text())[slug]:
        worst = form.question(rule["item"]).worst
        assert rule["condition"] != "at-least" or rule["amount"] <= worst, rule


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("strength", ("strength", "moving")),
        ("cramps", ("cramps", "stiffness", "twitch")),
        ("speech", ("speaking",)),
        ("breathing", ("breathing",)),
        ("swallowing", ("chewing", "swallowing")),
        ("saliva", ("saliva", "drooling")),
        ("pain", ("pain",)),
        ("mood", ("mood",)),
    ],
)
def test_every_group_of_symptoms_can_be_answered_each_week(item: str, words: tuple[str, ...]) -> None:
    form = library("weekly-als")
    question = form.question(item)
    assert all(word in question.text.lower() for word in words)
    assert item in ids(form, {})


def test_case_123_mood_is_asked_by_itself_only_where_the_patients_own_hands_hold_the_phone() -> None:
    for slug in ("weekly-als", "daily-three", "day-after"):
        form = library(slug)
        assert "mood" in ids(form, {}, Respondent.SELF)
        assert "mood" not in ids(form, {}, Respondent.HANDS)
        assert "mood" in [question.link_id for question in definition.answerable(form, {}, Respondent.HANDS)]
        assert "mood" not in ids(form, {}, Respondent.CAREGIVER)
    assert "self-harm" not in ids(library("day-after"), {"mood": "very-hard"}, Respondent.CAREGIVER)


def test_choking_is_asked_once_swallowing_is_trouble_and_self_harm_once_mood_is_low() -> None:
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
def test_conditions_are_those_of_fhir(condition: dict[str, Any], given: str | None, asked: bool) -> None:
    form = of(choice("first"), choice("second", enableWhen=[condition]))
    assert ("second" in ids(form, {"first": given})) == asked
    assert ("second" in ids(form, {})) == (condition["operator"] == "exists" and condition["answerBoolean"] is False)


def test_conditions_hold_all_together_unless_any_will_do() -> None:
    both = [when("first", "=", answerCoding={"code": "very"}), when("second", "=", answerCoding={"code": "very"})]
    strict = of(choice("first"), choice("second"), choice("third", enableWhen=both))
    lenient = of(choice("first"), choice("second"), choice("third", enableWhen=both, enableBehavior="any"))
    one = {"first": "very", "second": "none"}
    assert "third" not in ids(strict, one)
    assert "third" in ids(lenient, one)
    assert "third" in ids(strict, {"first": "very", "second": "very"})


def test_levels_grow_with_trouble() -> None:
    weekly, ready = library("weekly-als"), library("readiness")
    assert definition.levels(weekly, {"breathing": "hard", "pain": 7, "fall": True, "mood": None}) == {
        "breathing": 3,
        "pain": 7,
        "fall": 1,
    }
    assert definition.levels(ready, {"driver": True, "new": True, "breathing-usual": False}) == {
        "driver": 0,
        "new": 1,
        "breathing-usual": 1,
    }
    assert definition.levels(weekly, {"a question of an older version": 3}) == {}


@pytest.mark.parametrize(
    ("link_id", "good", "bad"),
    [
        ("breathing", ["none", "very-hard", None], ["", "worst", 3, True, 0, ["none"], {}, "None", 1.5]),
        ("pain", [0, 10, "7", None], [-1, 11, "11", "", "seven", True, 3.5, "\u0663", " 3", "1e1", [3]]),
        ("fall", [True, False, "yes", "no", None], ["true", 1, 0, "", "maybe", [True]]),
    ],
)
def test_an_answer_is_one_of_its_questions_answers(link_id: str, good: list[Any], bad: list[Any]) -> None:
    question = library("weekly-als").question(link_id)
    for value in good:
        question.check(value)
    for value in bad:
        with pytest.raises(BadAnswer) as refused:
            question.check(value)
        assert refused.value.link_id == link_id


def test_what_was_not_asked_is_no_answer() -> None:
    weekly = library("weekly-als")
    assert definition.check_answers(weekly, {"pain": "3", "fall": "no"}, Respondent.SELF) == {"pain": 3, "fall": False}
    for answers, respondent in (
        ({"eyesight": "none"}, "self"),
        ({"choking": True}, "self"),
        ({"swallowing": "none", "choking": True}, "self"),
        ({"mood": "none"}, "helper"),
    ):
        with pytest.raises(BadAnswer):
            definition.check_answers(weekly, answers, Respondent(respondent))


def test_the_next_question_looks_on_and_then_back() -> None:
    form = of(choice("a"), choice("b"), choice("c"))

    def after(link_id: str | None, answers: dict[str, Any]) -> str | None:
        found = definition.next_unanswered(form, answers, Respondent.SELF, link_id)
        return found.link_id if found else None

    assert after(None, {}) == "a"
    assert after("a", {"a": "none"}) == "b"
    assert after("c", {"c": None}) == "a"
    assert after("b", {"a": None, "b": "some", "c": "very"}) is None
    assert after("gone", {}) == "a"
