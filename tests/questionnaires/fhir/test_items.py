"""One item becomes a question of its type, with its options or its scale."""

from typing import Any

import pytest

from server.questionnaires.fhir import BadQuestionnaire, items
from server.questionnaires.fhir.elements import Element
from server.questionnaires.question import Question, QuestionType


def read(**fields: Any) -> Question:
    return items.question(Element({"linkId": "a", "text": "How?"} | fields, "a"), {}, "en")


def test_the_prefix_stands_before_the_text() -> None:
    assert read(type="boolean", prefix="1.").text == "1. How?"


@pytest.mark.parametrize("kind", ["choice", "string"])
def test_an_item_with_a_list_of_answers_is_a_choice(kind: str) -> None:
    question = read(type=kind, answerOption=[{"valueInteger": 1}, {"valueInteger": 2}])
    assert question.type == QuestionType.CHOICE
    assert [(option.code, option.level) for option in question.options] == [("1", 1), ("2", 2)]


def scale(lowest: int, highest: int) -> list[dict[str, object]]:
    return [{"url": items.LEAST, "valueInteger": lowest}, {"url": items.MOST, "valueInteger": highest}]


def test_a_scale_keeps_its_ends() -> None:
    question = read(type="integer", extension=scale(1, 5))
    assert (question.lowest, question.highest) == (1, 5)


@pytest.mark.parametrize("end", [0, 1])
def test_case_111_a_number_with_one_end_alone_is_refused(end: int) -> None:
    """A count of falls has a least number and no greatest one: nobody could answer eleven."""
    with pytest.raises(BadQuestionnaire, match="minValue, maxValue"):
        read(type="integer", extension=[scale(0, 10)[end]])


@pytest.mark.parametrize(("lowest", "highest"), [(0, 11), (-1, 5), (5, 5), (6, 5)])
def test_a_scale_that_does_not_fit_is_refused(lowest: int, highest: int) -> None:
    with pytest.raises(BadQuestionnaire, match=f"a scale from {lowest} to {highest}"):
        read(type="integer", extension=scale(lowest, highest))


def test_a_yes_or_no_question_takes_no_list() -> None:
    with pytest.raises(BadQuestionnaire, match="no list of answers"):
        read(type="boolean", answerOption=[{"valueString": "Well"}])
