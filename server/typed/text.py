"""Text as people type it: invisible characters, other scripts' digits, the many spellings of one name. Pure."""

import re
import unicodedata
from typing import Any

FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # they take room, or none, and show nothing
_JOINER = re.compile(r"(?<![^\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?=\s|$)")
# Letters that Unicode does not take apart, as somebody without that keyboard writes them.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʹ′＇]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_BETWEEN_WORDS = re.compile(r"[^\w]+|_")


def one_line(typed: str) -> str:
    """One line without characters that nobody sees, in composed form (NFC), with single spaces between words.

    Marks that turn the direction of the text around them go too. Joiners stay within a word: Persian and the scripts of
    India need them.
    """
    seen = (_seen(ch) for ch in unicodedata.normalize("NFC", typed))
    return " ".join(_JOINER.sub("", " ".join("".join(seen).split())).split())


def _seen(character: str) -> str:
    if character in "\u200c\u200d":
        return character
    category = unicodedata.category(character)
    if character.isspace() or category == "Cc":
        return " "
    return "" if character in FILLERS or category in ("Cf", "Co", "Cs") else character


def is_blank(typed: str) -> bool:
    """Whether nothing can be seen of it: only spaces, fillers, and marks without a letter to stand on."""
    return all(unicodedata.category(ch)[0] in "ZM" or ch in "\u200c\u200d" for ch in one_line(typed))


def isolated(value: Any) -> Any:
    """A text with words that run from right to left, marked so that they turn nothing around them (case 81).

    The marks (U+2068, U+2069) work in attributes, titles and plain text, where `<bdi>` can't stand. Anything else is
    returned as it is; so is markup, whose parts are marked already.
    """
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isascii() or not _RIGHT_TO_LEFT.search(value):
        return value
    return f"\u2068{value}\u2069"


def without_isolates(typed: str) -> str:
    """What a form sends back without the marks that `isolated` put in."""
    return _ISOLATES.sub("", typed)


def code_digits(typed: str, length: int) -> str | None:
    """The digits 0 to 9 of a code, whatever separates them and whatever script they are in; None if it is no code."""
    digits = ""
    for character in unicodedata.normalize("NFKC", typed):
        if character.isdecimal():
            digits += str(unicodedata.decimal(character))
        elif character.isalnum():
            return None
    return digits if len(digits) == length else None


def plain(text: str) -> str:
    """The text without accents, apostrophes, case and punctuation, with single spaces between words: for searching."""
    apart = unicodedata.normalize("NFKD", one_line(text)).casefold()
    bare = "".join(ch for ch in apart if unicodedata.category(ch) not in ("Mn", "Cf")).translate(_PLAIN)
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def is_found(sought: str, text: str) -> bool:
    """Whether every word of `sought` is in the text, in any order and any spelling."""
    here = plain(text)
    joined = here.replace(" ", "")
    return all(word in here or word in joined for word in plain(sought).split())
