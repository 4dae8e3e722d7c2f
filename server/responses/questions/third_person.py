"""Texts for caregivers about the patient: pages by the patient's name, and our own English questions (case 104).

Spanish asks "usted" and a third person in the same words, so there the name before the text is enough. Questions
from elsewhere keep their words, because published scales are never reworded; the page says whom they are about.
"""

import re
from functools import partial
from typing import Any

from server import language
from server.actor import ActorKind
from server.questionnaires.definition import Definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.question import Question
from server.questionnaires.respondents import Respondent, speaks_of_patient
from server.typed.direction import isolated

VERBS = {"do": "does", "have": "has", "are": "is", "were": "was"}
SUBJECT = re.compile(r"\b(do|have|are|were|did|can|has|does|will|could) you\b", re.IGNORECASE)
STATED = re.compile(r"\byou (do|have|are|were)\b", re.IGNORECASE)
OWN = re.compile(r"\byour(s|self)?\b", re.IGNORECASE)
OTHER = re.compile(r"\byou\b", re.IGNORECASE)
# The words by which our texts address the patient, by language.
SAYS_YOU = {
    "en": re.compile(r"\byou(r|rs|rself)?\b", re.IGNORECASE),
    "es": re.compile(r"\b(usted|sus?|le|puede|come)\b", re.IGNORECASE),
}


def naming(patient: str, respondent: Respondent, kind: ActorKind) -> dict[str, Any]:
    """Context of a page: the name that it uses for the patient of this full name, and whether that stands for "you"."""
    by_name = speaks_of_patient(respondent, kind)
    titled = partial(title_about, name=patient) if by_name else (lambda definition: definition.title)
    return {"called": first_name(patient), "by_name": by_name, "titled": titled}


def text_about(definition: Definition, question: Question, name: str, locale: str) -> str:
    """The question as a caregiver reads it, about the patient of this full name."""
    return asked_about(question.text, first_name(name), locale) if _is_ours(definition) else question.text


def hint_about(definition: Definition, question: Question, name: str, locale: str) -> str:
    """The lines below the question, as a caregiver reads them."""
    return _stated_about(definition, question.hint, name, locale)


def title_about(definition: Definition, name: str) -> str:
    """The title of a check-in, as a caregiver reads it."""
    return _stated_about(definition, definition.title, name, language.current())


def _stated_about(definition: Definition, text: str, name: str, locale: str) -> str:
    is_named = locale in SAYS_YOU and SAYS_YOU[locale].search(text) and _is_ours(definition)
    return asked_about(text, first_name(name), locale) if is_named else text


def _is_ours(definition: Definition) -> bool:
    return (LIBRARY / f"{definition.slug}.json").exists()


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else name


def asked_about(text: str, name: str, locale: str) -> str:
    """The text of one of our questions, about the person of this name."""
    name = isolated(name)
    if locale != "en":
        return f"{name}: {text}"
    text = SUBJECT.sub(lambda found: _verb(found[1], name), text)
    text = STATED.sub(lambda found: f"{name} {VERBS[found[1].lower()]}", text)
    text = OWN.sub(lambda found: {"self": "themselves", "s": "theirs"}.get(found[1] or "", f"{name}'s"), text)
    found = OTHER.sub(name, text)
    return found[0].upper() + found[1:]


def _verb(verb: str, name: str) -> str:
    changed = VERBS.get(verb.lower(), verb.lower())
    return f"{changed.capitalize() if verb[0].isupper() else changed} {name}"
