"""Text as people type it: invisible characters, and codes in the digits of other scripts. Pure."""

import re
import unicodedata

FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # with or without width, they show nothing
_JOINER = re.compile(r"(?<![^\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?=\s|$)")


def one_line(typed: str) -> str:
    """One line without characters that nobody sees, in composed form (NFC), with single spaces between words.

    Marks that change the direction of the text around them go too. Joiners stay within a word, because Persian and the
    scripts of India need them.
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
    """Whether the text shows nothing: it has only spaces, fillers, and marks without a letter to stand on."""
    return all(unicodedata.category(ch)[0] in "ZM" or ch in "\u200c\u200d" for ch in one_line(typed))


def code_digits(typed: str, length: int) -> str | None:
    """The digits 0 to 9 of a code, whatever separates them and whatever script they are in; None if it is no code."""
    digits = ""
    for character in unicodedata.normalize("NFKC", typed):
        if character.isdecimal():
            digits += str(unicodedata.decimal(character))
        elif character.isalnum():
            return None
    return digits if len(digits) == length else None
