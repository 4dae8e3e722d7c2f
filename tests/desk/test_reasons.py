"""The reason for a flag, in words."""

import json
from typing import Any

import pytest

from server.desk.reasons import reason_of
from server.flags.models import Flag
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.level_words import level_words

WEEKLY = read_definition(json.loads((LIBRARY / "weekly-als.json").read_text()))
READY = read_definition(json.loads((LIBRARY / "readiness.json").read_text()))


def flag(item: str, condition: str = "worse-than-previous", **facts: Any) -> Flag:
    reason = {"condition": condition, "now": 0, "previous": None, "first": None, "version": 1} | facts
    return Flag(item=item, evidence=json.dumps(reason))


@pytest.mark.parametrize(
    ("raised", "item", "words"),
    [
        (
            {"item": "swallowing", "now": 3, "previous": 1},
            "Chewing and swallowing",
            "Hard (last time: A little trouble)",
        ),
        ({"item": "breathing", "condition": "at-least", "now": 4}, "Breathing", "Very hard"),
        ({"item": "breathing", "condition": "at-least", "now": 4, "previous": 4}, "Breathing", "Very hard"),
        ({"item": "pain", "now": 9, "previous": 4}, "Pain", "9 of 10 (last time: 4 of 10)"),
        ({"item": "fall", "condition": "at-least", "now": 1, "previous": 0}, "Falls", "yes (last time: no)"),
        (
            {"item": "swallowing", "condition": "worse-than-first", "now": 3, "previous": 3, "first": 1},
            "Chewing and swallowing",
            "Hard, same as last time; at first: A little trouble",
        ),
        (
            {"item": "swallowing", "now": 3, "previous": 1, "first": 0},
            "Chewing and swallowing",
            "Hard (last time: A little trouble); at first: No trouble",
        ),
        (
            {"item": "swallowing", "now": 3, "previous": 1, "first": 1},
            "Chewing and swallowing",
            "Hard (last time: A little trouble)",
        ),
    ],
)
def test_a_reason_compares_the_answer_with_the_earlier_one(raised: dict[str, Any], item: str, words: str) -> None:
    reason = reason_of(flag(**raised), WEEKLY)
    assert (reason.item, reason.words) == (item, words)


@pytest.mark.parametrize(
    ("item", "times", "shown"),
    [
        ("speech:missing", 1, ("Speech", "no answer")),
        ("*:missing", 3, ("Weekly check-in", "no answer, 3 times in a row")),
    ],
)
def test_a_missing_answer_is_named_as_missing(item: str, times: int, shown: tuple[str, str]) -> None:
    reason = reason_of(flag(item, "missing", now=times), WEEKLY)
    assert (reason.item, reason.words) == shown


def test_a_flag_on_an_item_that_the_questionnaire_no_longer_has_is_shown() -> None:
    assert reason_of(flag("eyesight", now=3), WEEKLY).item == "eyesight"
    assert reason_of(flag("eyesight", now=3), None).words == "3"


def test_the_reason_names_yes_or_no_by_which_is_the_trouble() -> None:
    driver, new = READY.question("driver"), READY.question("new")
    assert (level_words(driver, 1), level_words(driver, 0)) == ("no", "yes")
    assert (level_words(new, 1), level_words(new, 0)) == ("yes", "no")


def test_a_level_without_a_label_is_shown_as_a_number() -> None:
    assert level_words(WEEKLY.question("breathing"), 7) == "7"
