"""Questionnaires as other programs write them."""

import json
from typing import Any

from server.questionnaires.fhir import ORDINAL, OURS, TRANSLATION
from server.questionnaires.fhir.options import SCORES

LOINC = "http://loinc.org"
WEIGHT = SCORES[1]


def _in_spanish(text: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}


def _score(value: float, url: str = ORDINAL) -> dict[str, Any]:
    return {"extension": [{"url": url, "valueDecimal": value}]}


OFTEN = [
    {"valueCoding": {"system": LOINC, "code": code, "display": display}} | _score(score, WEIGHT)
    for score, (code, display) in enumerate(
        [
            ("LA6568-5", "Not at all"),
            ("LA6569-3", "Several days"),
            ("LA6570-1", "More than half the days"),
            ("LA6571-9", "Nearly every day"),
        ]
    )
]

# Two questions of a scale as a registry publishes it: scores on the options, a group with its stem, no title.
PHQ: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "urn:example:phq-2",
    "name": "PHQ2",
    "version": "1.0.0",
    "status": "active",
    "item": [
        {
            "linkId": "stem",
            "type": "group",
            "text": "Over the last 2 weeks, how often have you been bothered by",
            "item": [
                {
                    "linkId": "44250-9",
                    "prefix": "1.",
                    "type": "choice",
                    "text": "Little interest?",
                    "answerOption": OFTEN,
                },
                {"linkId": "44255-8", "prefix": "2.", "type": "choice", "text": "Feeling down?", "answerOption": OFTEN},
            ],
        },
        {"linkId": "thanks", "type": "display", "text": "Thank you."},
    ],
}

# Every kind of answer, condition and text that Interlude reads.
EVERYTHING: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "id": "everything",
    "title": "Everything, at once",
    "_title": _in_spanish("Todo"),
    "status": "draft",
    "extension": [{"url": OURS + "seconds", "valueInteger": 40}, {"url": OURS + "same", "valueBoolean": True}],
    "contained": [
        {
            "resourceType": "ValueSet",
            "id": "set",
            "status": "active",
            "compose": {
                "include": [
                    {
                        "system": "urn:s",
                        "concept": [
                            {"code": "no", "display": "No"} | _score(0),
                            {"code": "lots", "display": "Lots"} | _score(2),
                        ],
                    }
                ]
            },
        },
        {
            "resourceType": "ValueSet",
            "id": "expanded",
            "status": "active",
            "expansion": {"contains": [{"system": "urn:s", "code": "low", "display": "Low"} | _score(1)]},
        },
    ],
    "item": [
        {"linkId": "hello", "type": "display", "text": "Think of today."},
        {
            "linkId": "asked",
            "type": "boolean",
            "text": "Anything new?",
            "_text": _in_spanish("¿Algo nuevo?"),
            "extension": [
                {"url": OURS + "worse-answer", "valueBoolean": False},
                {"url": OURS + "short", "valueString": "New"},
            ],
            "item": [{"linkId": "which", "type": "choice", "text": "Which?", "answerValueSet": "#set"}],
        },
        {
            "linkId": "body",
            "type": "group",
            "text": "Your body",
            "enableWhen": [{"question": "asked", "operator": "=", "answerBoolean": True}],
            "item": [
                {"linkId": "level", "type": "choice", "text": "How?", "answerValueSet": "#expanded"},
                {
                    "linkId": "times",
                    "type": "integer",
                    "text": "How often?",
                    "answerOption": [{"valueInteger": 0}, {"valueInteger": 3}],
                    "enableWhen": [{"question": "which", "operator": ">", "answerCoding": {"code": "no"}}],
                },
            ],
        },
        {
            "linkId": "word",
            "type": "string",
            "text": "In a word?",
            "answerOption": [{"valueString": "Well"} | _score(0), {"valueString": "Badly", "_valueString": _score(3)}],
            "enableBehavior": "any",
            "enableWhen": [
                {"question": "times", "operator": "=", "answerInteger": 3},
                {"question": "level", "operator": "exists", "answerBoolean": True},
            ],
        },
        {
            "linkId": "pain",
            "type": "integer",
            "text": "Pain?",
            "extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 1},
                {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 5},
            ],
            "enableWhen": [{"question": "word", "operator": "=", "answerString": "Badly"}],
        },
    ],
}
# Separate copies, because a test changes one place.
PHQ = json.loads(json.dumps(PHQ))
