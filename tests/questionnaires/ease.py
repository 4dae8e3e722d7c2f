"""How hard a text is to read, in each language.

English: at most grade 6 by Flesch–Kincaid (Kincaid et al. 1975) or the Automated Readability Index (Smith and Senter
1967). A page is measured by the worse of the two, a single text by the better. Spanish: at least 80 ("easy") by
Fernández Huerta (1959), with words per sentence as later authors read his formula.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.questionnaires.syllables import english_syllables, spanish_syllables

LONGEST_SENTENCE = 20  # words
HIGHEST_GRADE = 6.0
LOWEST_EASE = 80.0
Texts = list[str]


@dataclass(frozen=True)
class Measure:
    """How one language is measured. `hardness` is at most 0 if a text is easy enough."""

    name: str  # the word that stands for a %(name)s
    hardness: Callable[[list[list[str]]], float]
    alone: Callable[[list[list[str]]], float]  # the same for a single text
    enough: int  # words of a text that can be measured on its own
    syllables: Callable[[str], int]
    longest: int  # syllables of a word in a shorter text
    needed: frozenset[str] = frozenset()  # longer words that have no shorter synonym


def grade(found: list[list[str]]) -> float:
    return max(grades(found))


def grades(found: list[list[str]]) -> tuple[float, float]:
    words = [word for sentence in found for word in sentence]
    length = len(words) / len(found)
    flesch_kincaid = 0.39 * length + 11.8 * sum(map(english_syllables, words)) / len(words) - 15.59
    automated = 4.71 * sum(map(len, words)) / len(words) + 0.5 * length - 21.43
    return flesch_kincaid, automated


def ease(found: list[list[str]]) -> float:
    words = [word for sentence in found for word in sentence]
    return 206.84 - 60 * sum(map(spanish_syllables, words)) / len(words) - 1.02 * len(words) / len(found)


MEASURES = {
    "en": Measure(
        "it",
        lambda found: grade(found) - HIGHEST_GRADE,
        lambda found: min(grades(found)) - HIGHEST_GRADE,
        4,
        english_syllables,
        3,
        frozenset({"emergency"}),
    ),
    "es": Measure(
        "Ana",
        lambda found: LOWEST_EASE - ease(found),
        lambda found: LOWEST_EASE - ease(found),
        8,
        spanish_syllables,
        4,
        frozenset({"atragantarse"}),
    ),
}


def sentences(text: str, name: str = "it") -> list[list[str]]:
    """Words by sentence. A number or name that is filled in counts as one word."""
    filled = re.sub(r"%\(\w+\)s|\{\w+\}", name, text)
    found = [re.findall(r"[\w'\u2019-]+", part) for part in re.split(r"[.!?:]+(?:\s|$)", filled)]
    return [words for words in found if words]


def whole(texts: Texts, name: str = "it") -> list[list[str]]:
    return [words for text in texts if text.rstrip().endswith((".", "?", "!")) for words in sentences(text, name)]


def too_long(texts: Texts) -> list[str]:
    return [" ".join(words) for text in texts for words in sentences(text) if len(words) > LONGEST_SENTENCE]


def too_hard(measure: Measure, texts: Texts) -> list[str]:
    return [text for text in texts if (found := sentences(text, measure.name)) and not is_easy(measure, found)]


def is_easy(measure: Measure, found: list[list[str]]) -> bool:
    words = [word for sentence in found for word in sentence]
    if len(words) >= measure.enough:
        return measure.alone(found) <= 0
    return all(measure.syllables(word) <= measure.longest for word in words if word.lower() not in measure.needed)
