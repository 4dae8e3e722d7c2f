"""Which answers one question accepts."""

from typing import Any

import pytest

from server.questionnaires.question import BadAnswer
from tests.questionnaires.made_up import library


@pytest.mark.parametrize(
    ("link_id", "good", "bad"),
    [
        ("breathing", ["none", "very-hard", None], ["", "worst", 3, True, 0, ["none"], {}, "None", 1.5]),
        ("pain", [0, 10, "7", None], [-1, 11, "11", "", "seven", True, 3.5, "\u0663", " 3", "1e1", [3]]),
        ("fall", [True, False, "yes", "no", None], ["true", 1, 0, "", "maybe", [True]]),
    ],
)
def test_a_question_accepts_only_its_own_answers(link_id: str, good: list[Any], bad: list[Any]) -> None:
    question = library("weekly-als").question(link_id)
    for value in good:
        question.check(value)
    for value in bad:
        with pytest.raises(BadAnswer) as refused:
            question.check(value)
        assert refused.value.link_id == link_id
