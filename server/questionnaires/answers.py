"""Answers by link id, and how rows keep them as JSON: pure."""

import json
from collections.abc import Mapping

Value = str | int | bool | None  # a choice's code, a number, yes or no; None is a skip
Answers = Mapping[str, Value]


def answers_to_json(answers: Answers) -> str:
    return json.dumps(dict(answers))


def answers_from_json(text: str) -> dict[str, Value]:
    found: dict[str, Value] = json.loads(text)
    return found


def value_to_json(value: Value) -> str:
    return json.dumps(value)


def value_from_json(text: str) -> Value:
    found: Value = json.loads(text)
    return found
