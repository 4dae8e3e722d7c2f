"""FHIR R4 Questionnaires: what Interlude reads, and what it refuses by item and reason."""

from server.questionnaires.fhir.elements import TRANSLATION, BadQuestionnaire
from server.questionnaires.fhir.identifiers import number_of
from server.questionnaires.fhir.items import OURS
from server.questionnaires.fhir.options import ORDINAL, SCORES
from server.questionnaires.fhir.reading import offered_answers, read_definition

__all__ = [
    "ORDINAL",
    "OURS",
    "SCORES",
    "TRANSLATION",
    "BadQuestionnaire",
    "number_of",
    "offered_answers",
    "read_definition",
]
