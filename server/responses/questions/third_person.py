"""A question to a caregiver about the patient: our own English questions, asked by the patient's name (case 104).

Spanish asks "usted" and a third person in the same words, so there the name before the question is enough. Questions
from elsewhere keep their words, because published scales are never reworded; the page says whom they are about.
"""

import re

from server.questionnaires.definition import Definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.question import Question

VERBS = {"do": "does", "have": "has", "are": "is", "were": "was"}
SUBJECT = re.compile(r"\b(do|have|are|were|did|can|has|does|will|could) you\b", re.IGNORECASE)
OWN = re.compile(r"\byour(s|self)?\b", re.IGNORECASE)
OTHER = re.compile(r"\byou\b", re.IGNORECASE)


def text_about(definition: Definition, question: Question, name: str, locale: str) -> str:
    """The question as a caregiver reads it, about the patient of this full name."""
    ours = (LIBRARY / f"{definition.slug}.json").exists()
    return asked_about(question.text, first_name(name), locale) if ours else question.text


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else name


def asked_about(text: str, name: str, locale: str) -> str:
    """The text of one of our questions, about the person of this name."""
    if locale != "en":
        return f"{name}: {text}"
    text = SUBJECT.sub(lambda found: _verb(found[1], name), text)
    text = OWN.sub(lambda found: {"self": "themselves", "s": "theirs"}.get(found[1] or "", f"{name}'s"), text)
    found = OTHER.sub(name, text)
    return found[0].upper() + found[1:]


def _verb(verb: str, name: str) -> str:
    changed = VERBS.get(verb.lower(), verb.lower())
    return f"{changed.capitalize() if verb[0].isupper() else changed} {name}"
