"""Answers as rows store them."""

import pytest

from server.questionnaires.answers import Value, answers_from_json, answers_to_json, value_from_json, value_to_json


@pytest.mark.parametrize("value", ["very-hard", 0, 7, True, False, None])
def test_an_answer_survives_being_stored(value: Value) -> None:
    """A skip is not "no", and a zero is not "no" either."""
    again = value_from_json(value_to_json(value))
    assert (again, type(again)) == (value, type(value))
    kept = answers_from_json(answers_to_json({"pain": value}))
    assert (kept, type(kept["pain"])) == ({"pain": value}, type(value))
