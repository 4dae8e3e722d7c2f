"""Finds what a walk names in English on a page in another language, by the catalogue and the questionnaires' texts."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from babel.messages.pofile import read_po

from server import language
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY

_spoken: ContextVar[str] = ContextVar("spoken", default="en")
FILLED = r"%\((\w+)\)s"


@contextmanager
def phones_speak(locale: str) -> Iterator[None]:
    """Phones opened from now on request pages in this language."""
    token = _spoken.set(locale)
    try:
        yield
    finally:
        _spoken.reset(token)


def of_phones() -> str:
    return _spoken.get()


def named(words: str, locale: str) -> str:
    """The name of a button, link or field. What is not one of our texts, such as a number or a person, stays."""
    texts = _texts(locale)
    if words in texts:
        return texts[words]
    for text, pattern in _filled(locale):
        if found := pattern.fullmatch(words):
            return texts[text] % found.groupdict()
    return words


def read(words: str, locale: str) -> str | re.Pattern[str]:
    """Part of a page's text. If it is part of our texts, the whole of any of those matches."""
    if locale == "en":
        return words
    found = named(words, locale)
    around = [translation for text, translation in _texts(locale).items() if words in text and "%" not in text]
    any_of = [found] if found != words or not around else around
    return re.compile("|".join(r"\s+".join(map(re.escape, each.split())) for each in any_of))


@cache
def _filled(locale: str) -> list[tuple[str, re.Pattern[str]]]:
    """Texts with a name or number filled in, the longest first, without those that are hardly more than that."""
    texts = [text for text in _texts(locale) if "%(" in text and len(re.sub(FILLED, "", text)) > 4]
    return [(text, _pattern(text)) for text in sorted(texts, key=len, reverse=True)]


def _pattern(text: str) -> re.Pattern[str]:
    written, seen = "", set[str]()
    for place, part in enumerate(re.split(FILLED, text)):
        if place % 2:
            written += f"(?P={part})" if part in seen else f"(?P<{part}>.+)"
            seen.add(part)
        else:
            written += re.escape(part)
    return re.compile(written)


@cache
def _texts(locale: str) -> dict[str, str]:
    """English → this language."""
    if locale == "en":
        return {}
    with (language.FOLDER / locale / "LC_MESSAGES" / "interlude.po").open("rb") as file:
        texts = {str(message.id): str(message.string) for message in read_po(file, locale) if message.id}
    for path in sorted(LIBRARY.glob("*.json")):
        resource = json.loads(path.read_text())
        texts |= dict(zip(_words(read_definition(resource)), _words(read_definition(resource, locale)), strict=True))
    return texts


def _words(definition: Definition) -> list[str]:
    of_questions = [(q.text, q.short, q.hint, *(option.label for option in q.options)) for q in definition.questions]
    return [definition.title, *(text for texts in of_questions for text in texts)]
