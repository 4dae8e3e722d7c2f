"""The questionnaires of the library can be asked, and their answers have levels (case 76)."""

import json
from pathlib import Path

import pytest

from server.flags.triggers.versions import DEFAULTS
from server.questionnaires import definition
from server.questionnaires.flow import LIBRARY
from tests.questionnaires.made_up import ids, library

SLUGS = ("daily-three", "day-after", "function", "readiness", "weekly-als")


def test_the_library_has_the_documented_questionnaires() -> None:
    assert sorted(path.stem for path in LIBRARY.glob("*.json")) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_questionnaire_of_the_library_can_be_asked(slug: str) -> None:
    definition = library(slug)
    assert (definition.slug, definition.version) == (slug, 1)
    assert 10 <= definition.seconds <= 180
    for question in definition.questions:
        assert question.text.endswith("?")
        assert 0 < len(question.short) <= 32
        if question.type == "choice":
            assert [option.level for option in question.options] == [0, 1, 2, 3, 4]
            assert len({option.label for option in question.options}) == len({o.code for o in question.options}) == 5
        for condition in question.whens:
            assert definition.question(condition.question).level(condition.value) is not None


@pytest.mark.parametrize("slug", SLUGS)
def test_every_default_trigger_is_about_a_question_that_is_asked(slug: str) -> None:
    definition = library(slug)
    for rule in json.loads(Path(DEFAULTS).read_text())[slug]:
        worst = definition.question(rule["item"]).worst
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
def test_every_group_of_symptoms_is_asked_each_week(item: str, words: tuple[str, ...]) -> None:
    definition = library("weekly-als")
    question = definition.question(item)
    assert all(word in question.text.lower() for word in words)
    assert item in ids(definition, {})


def test_levels_rise_with_trouble() -> None:
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
