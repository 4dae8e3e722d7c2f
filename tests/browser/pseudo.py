"""Two made-up languages: English 40 % longer, and English from right to left.

They show what a translation would break before there is one. Run as a program, this is the `interlude` command with
both languages.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from babel.support import NullTranslations

from server import cli, language
from server.questionnaires.fhir import TRANSLATION
from tests.test_catalogues import translated_elements

LONG, MIRRORED = "en-x-long", "he-x-rtl"
PUT_IN = re.compile(r"(%\(\w+\)s|\{\w+\})")
GROWTH = 1.4
TWICE = str.maketrans({vowel: accented * 2 for vowel, accented in zip("aeiouAEIOU", "áéíóúÁÉÍÓÚ", strict=True)})
HEBREW = str.maketrans(dict(zip("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתאבגד", strict=True)))


def longer(text: str) -> str:
    """Doubles vowels, as in the long words of other languages, and then consonants, until the text is 40 % longer."""
    grown = text.translate(TWICE)
    missing = max(round(len(text) * GROWTH) - len(grown), 0)
    return re.sub(r"(?<=\w)([b-df-hj-np-tv-z])", r"\1\1", grown, count=missing)


def mirrored(text: str) -> str:
    """The same words in letters that run from right to left."""
    return text.lower().translate(HEBREW)


SPEAKERS: dict[str, Callable[[str], str]] = {LONG: longer, MIRRORED: mirrored}


def spoken_by(speaker: Callable[[str], str], text: str) -> str:
    """Applies a change to a text. What is filled in, such as a name, stays as it is."""
    parts = PUT_IN.split(text)
    return "".join(part if PUT_IN.fullmatch(part) else speaker(part) for part in parts)


class Pseudo(NullTranslations):
    def __init__(self, speaker: Callable[[str], str]) -> None:
        super().__init__()
        self._speaker = speaker

    def ugettext(self, message: str) -> str:
        return spoken_by(self._speaker, message)

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        return spoken_by(self._speaker, singular if num == 1 else plural)


def teach() -> None:
    """Makes both languages available in this process."""
    english = language.LANGUAGES["en"]
    language.LANGUAGES[LONG] = replace(english, name=longer("Longer English"))
    language.LANGUAGES[MIRRORED] = replace(
        english, name=mirrored("Mirrored"), formats="he", this_year=replace(english.this_year, long="EEEE, d בMMMM")
    )
    real_catalogue = language._catalogue
    pseudo_catalogues = {locale: Pseudo(speaker) for locale, speaker in SPEAKERS.items()}
    language._catalogue = lambda locale: pseudo_catalogues.get(locale) or real_catalogue(locale)  # type: ignore[assignment]


def translated(resource: dict[str, Any], locale: str) -> dict[str, Any]:
    """A view of the same questionnaire version, with one of the two languages added."""
    made = copy.deepcopy(resource)
    for element, key in list(translated_elements(made)):
        parts = [
            {"url": "lang", "valueCode": locale},
            {"url": "content", "valueString": spoken_by(SPEAKERS[locale], element[key])},
        ]
        element[f"_{key}"] = {"extension": [{"url": TRANSLATION, "extension": parts}]}
    return made


if __name__ == "__main__":
    teach()
    cli.main()
