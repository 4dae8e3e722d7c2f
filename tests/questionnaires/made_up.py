"""Questionnaires of the library, and made-up ones."""

import json
from typing import Any

from server.questionnaires import branching, fhir
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.respondents import Respondent


def library(slug: str) -> Definition:
    return read_definition(json.loads((LIBRARY / f"{slug}.json").read_text()))


def of(*items: dict[str, Any]) -> Definition:
    return read_definition({"name": "made-up", "version": "1", "title": "Made up", "item": items})


def choice(link_id: str, **more: Any) -> dict[str, Any]:
    """Options none, some and very, with levels 0, 2 and 4."""
    options = [_option(code, level) for code, level in (("none", 0), ("some", 2), ("very", 4))]
    return {"linkId": link_id, "text": link_id, "type": "choice", "answerOption": options} | more


def _option(code: str, level: int) -> dict[str, Any]:
    ordinal = {"url": fhir.ORDINAL, "valueDecimal": level}
    return {"valueCoding": {"code": code, "display": code, "extension": [ordinal]}}


def when(question: str, operator: str, **answer: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator} | answer


def ids(definition: Definition, answers: dict[str, Any], respondent: Respondent = Respondent.SELF) -> list[str]:
    return [question.link_id for question in branching.asked(definition, answers, respondent)]


def item(**more: Any) -> dict[str, Any]:
    return {"linkId": "sleep", "type": "boolean", "text": "Asleep?"} | more
