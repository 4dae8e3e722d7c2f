"""Phrases that confused people must not come back. Each is listed with its replacement.

We look for whole phrases in exactly this case, in the templates' own texts, the catalogues, the library of
questionnaires and the manifest. English phrases are also looked for in the originals of translations.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from server import language
from server.questionnaires.flow import LIBRARY

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
SAY_INSTEAD = {
    # what people press
    "Go on": "Continue",
    "I have no code": "I don't have a code",
    "Ask me each one": "Ask me every question",
    "That is all": "Nothing else changed",
    "Get ready for it": "How to prepare",
    "Another time, please": "Ask for another time",
    "Reach me today": "Contact me today",
    "Show this to someone": "Show and speak",
    "Undo, and change an answer": "Undo",
    "Take it": "Assign to me",
    "All of %(name)s": "Open patient",
    "Keep these answers": "Save these answers",
    "Week before": "Previous",
    "Week after": "Next",
    "As it is": "Standard",
    "Middle: 2 seconds": "Medium: 2 seconds",
    # who reads it, and when
    "Nobody is watching": "Your clinic opens at 8:00 AM and will read this then",
    "Nobody watches": "Your clinic reads your answers when it is open",
    "not watched": "Your clinic reads this only when it is open",
    "We send it": "We'll send it",
    "We send them": "We'll send them",
    # a new phone
    "Let a phone in": "Add a phone",
    "let my phone in": "add my phone",
    "Let it in": "Approve",
    "let in": "added, approved",
    "let me in": "I agree; I've been approved",
    "It may go on": "It's been added",
    "The phone shows a number itself": "Phone shows a number",
    "A phone for": "Pair …'s phone",
    "the code of this phone": "your passcode",
    "Shall this phone read to you": "Read questions aloud?",
    "no sign of life": "phone not seen since …",
    "a sign of life": "request to open the app",
    "This phone says no": "This phone blocks reminders",
    # visits
    "called off": "cancelled",
    "Called off": "Cancelled",
    "called a visit off": "cancelled a visit",
    "called a check-in off": "cancelled a check-in",
    "took place": "completed",
    "taken place": "completed",
    "did not come": "no-show",
    # who answers
    "My words, my helper's hands": "My answers, someone taps for me",
    "a helper's hands": "tapped by a helper",
    "My own view": "What I see (the helper's view)",
    "own view": "what … sees",
    # urgent screens and flags
    "Choking needs a quick look": "Are you able to breathe?",
    "needs a look": "Please look at …",
    "Needs a look": "Needs attention",
    "red flag": "urgent flag",
    "A red flag": "An urgent flag",
    "hard flags": "today flags",
    "hard or soft": "today or this week",
    "not red": "not urgent",
    "If red": "If urgent",
    # the desk
    "Who needs me": "Inbox",
    "What came of it": "Outcome",
    "Who has it": "Assigned to",
    "How reminders reach": "Reminder channels",
    "came with Interlude": "built in",
    "second time": "check-in reminder",
    "is told at": "will be told at",
    "was quicker": "got there first",
    "stands below": "is below",
    # Spanish: one word for one thing
    "visita": "cita",
    "No se reservó": "No se agendó",
    "van a cuidar igual": "su atención no va a cambiar",
    "introdúzcalo": "póngalo",
    "Reservar": "Agendar",
    "reservada": "agendada",
    "reservadas": "agendadas",
    "recordatorios": "avisos",
    "recordatorio": "aviso",
    "canal": "vía",
    "controles": "cuestionarios",
    "unir un celular": "vincular un celular",
    "servicio de notificaciones": "servicio de avisos",
    # what went wrong
    "Nothing was saved on this computer": "This page needs a network",
    "There is nothing here, or it is not yours to see": "We can't find that page",
    "Something broke": "Something went wrong",
}
SAY_INSTEAD_ALONE = {  # as a whole text; within others they are words like any
    "red": "urgent",
    "hard": "today",
    "soft": "this week",
    "Keep": "Save",
    "The answers": "See answers",
}


SPANISH_OF = {  # a term of docs/glossary.md, and its word in each Spanish text
    "flag": "alerta",
    "outcome": "resultado",
    "severity": "gravedad",
    "channel": "vía",
    "record number": "expediente",
    "expected level": "nivel",
    "caregiver": "cuidador",
    "on call": "guardia",
    "pairing code": "código para vincular",
    "visit": "cita",
}


def phrase(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(words)}(?![\w-])")


def stale(text: str) -> list[str]:
    """The old phrases in a text."""
    return [old for old in SAY_INSTEAD if phrase(old).search(text)]


def stale_in(texts: Iterable[str]) -> dict[str, list[str]]:
    """Each text that is or contains an old phrase, with those phrases."""
    found = {text: stale(text) + [text] * (text in SAY_INSTEAD_ALONE) for text in texts}
    return {text: old for text, old in found.items() if old}


def strings_of_catalogue(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield from strings_of(message.id)
                yield from strings_of(message.string)


def strings_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_of(each)


def test_no_old_phrase_is_in_the_code() -> None:
    assert stale_in(strings_of_catalogue(language.FOLDER / "interlude.pot")) == {}


@pytest.mark.parametrize("locale", sorted(language.LANGUAGES.keys() - {"en"}))
def test_no_old_phrase_is_in_a_catalogue(locale: str) -> None:
    path = language.FOLDER / locale / "LC_MESSAGES" / "interlude.po"
    assert stale_in(strings_of_catalogue(path)) == {}


def other_words(term: str, texts: Iterable[tuple[str, str]]) -> list[str]:
    """The Spanish texts that have another word for this term than the rest."""
    named = re.compile(rf"\b{term}s?\b(?!\))", re.IGNORECASE)  # not %(outcome)s
    return [spanish for english, spanish in texts if named.search(english) and SPANISH_OF[term] not in spanish.lower()]


@pytest.mark.parametrize("term", SPANISH_OF)
def test_spanish_has_one_word_for_one_term(term: str) -> None:
    with (language.FOLDER / "es" / "LC_MESSAGES" / "interlude.po").open("rb") as file:
        pairs = [
            pair
            for message in read_po(file)
            for pair in zip(strings_of(message.id), strings_of(message.string), strict=True)
        ]
    assert other_words(term, pairs) == []
    assert other_words(term, [(f"This {term} is open", "Este aviso está abierto")]) != []


def test_no_old_phrase_is_in_a_template() -> None:
    """In its own lines, without comments, because a text that cannot be translated is in no catalogue."""
    found = {}
    for path in sorted((ROOT / "server").rglob("*.html")):
        shown = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found[path.name] = stale(" ".join(shown.split()))
    assert {name: phrases for name, phrases in found.items() if phrases} == {}


@pytest.mark.parametrize("path", [*sorted(LIBRARY.glob("*.json")), ROOT / "manifest.json"], ids=lambda path: path.name)
def test_no_old_phrase_is_in_a_questionnaire_or_the_manifest(path: Path) -> None:
    strings = strings_of(json.loads(path.read_text(encoding="utf-8")))
    assert [text for text in strings if stale(text)] == []


@pytest.mark.parametrize("old", SAY_INSTEAD)
def test_an_old_phrase_within_a_sentence_is_noticed(old: str) -> None:
    assert old in stale(f"Now {old}, she said.")
    assert stale(f"Now x{old}x") == []


@pytest.mark.parametrize("text", ["red", "Keep", "Press “Go on” there.", "This visit is called off."])
def test_an_old_phrase_is_noticed(text: str) -> None:
    assert stale_in([text]) != {}


@pytest.mark.parametrize("text", ["Hard", "Some trouble, hard to follow", "It goes on", "Keep it", "Red Hook"])
def test_other_words_are_not_reported(text: str) -> None:
    assert stale_in([text]) == {}
