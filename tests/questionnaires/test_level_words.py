"""Levels as text."""

import pytest

from server.questionnaires.level_words import level_or_worse, level_words
from tests.questionnaires.made_up import library


@pytest.mark.parametrize(
    ("slug", "item", "level", "words", "or_worse"),
    [
        ("weekly-als", "breathing", 3, "Hard", "Hard or worse"),
        ("weekly-als", "breathing", 4, "Very hard", "Very hard"),
        ("weekly-als", "pain", 7, "7 of 10", "7 or more of 10"),
        ("weekly-als", "fall", 1, "yes", "yes"),
        ("weekly-als", "fall", 0, "no", "yes"),
        ("readiness", "driver", 1, "no", "no"),  # for this question, "no" means trouble
        ("readiness", "driver", 0, "yes", "no"),
    ],
)
def test_a_level_is_shown_as_its_answer(slug: str, item: str, level: int, words: str, or_worse: str) -> None:
    question = library(slug).question(item)
    assert level_words(question, level) == words
    assert level_or_worse(question, level) == or_worse


def test_a_level_of_a_removed_question_is_shown_as_a_number() -> None:
    assert level_or_worse(None, 3) == "3"
