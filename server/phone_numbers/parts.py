"""Take a typed phone number apart: the number, an extension, a remark such as "(press 1)": pure."""

import re
import unicodedata
from typing import Literal, get_args

LONGEST = 40  # characters as typed
TWO_NUMBERS = 7  # digits before a slash or comma that make a complete number
# A number, an optional extension, and an optional remark such as "(press 1)".
_EXTENSION = r"ext(?:ensi[oó]n|n)?|int(?:erno)?|anexo|ramal|poste|durchwahl|dw|app(?:arat)?"
_NO_LETTER = r"(?![^\W\d_])"
_TYPED = re.compile(
    rf"""(?P<number>[+*]?[\d\s().\-/·‐-―−]*\d[\s)]*)
    (?P<extension>[\s,\-‐-―]*\(?(?:;\s*ext=|(?:{_EXTENSION}){_NO_LETTER}[\s.:-]*|x[\s.:-]*(?=\d)|\#)\s*\d{{1,7}}\)?)?
    (?P<remark>[\s,;:–-]*\(?\s*[^\W\d_].*)?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# Keys that callers press once the line answers. A remark may contain no other digits.
_PRESS = re.compile(r"\b(?:press|option|choose|oprima|presione|marque|opci[oó]n)\s+\d{1,2}\b", re.IGNORECASE)


NumberFault = Literal["no-number", "long", "two", "words", "extension", "short", "unknown", "nowhere", "no-text"]


class BadNumber(ValueError):
    """A number that cannot be used. `instead` is what to write, or ""."""

    def __init__(self, why: NumberFault, instead: str = "") -> None:
        super().__init__(why)
        self.why: NumberFault = why
        self.instead = instead


class BadNumbers(ValueError):
    """Numbers that cannot be used, by form field."""

    def __init__(self, by_field: dict[str, BadNumber]) -> None:
        super().__init__(", ".join(by_field))
        self.by_field = by_field


REASONS = get_args(NumberFault)


def parse(typed: str) -> tuple[str, dict[str, str]]:
    """The number to show, and its parts: number, extension, remark. Raises BadNumber if they cannot be told apart."""
    shown = "".join(ch for ch in typed if unicodedata.category(ch) not in ("Cf", "Cc")).strip()
    if len(shown) > LONGEST:
        raise BadNumber("long")
    plain = re.sub("^tel:", "", "".join(_ascii(ch) for ch in shown), flags=re.IGNORECASE)
    if not digits_in(plain):
        raise BadNumber("no-number")
    found = _TYPED.fullmatch(plain)
    if found is None:
        raise BadNumber("two" if holds_two(plain) else "words")
    parts = {name: (part or "").strip() for name, part in found.groupdict().items()}
    if parts["number"].count("(") != parts["number"].count(")"):
        raise BadNumber("words")
    if holds_two(parts["number"]):
        raise BadNumber("two")
    return shown, parts


def _ascii(character: str) -> str:
    """Convert a digit of any script to 0 to 9, and a full-width sign to the plain one; keep superscripts."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return character if character.isnumeric() else unicodedata.normalize("NFKC", character)


def check_remark(remark: str) -> None:
    """Check that a remark is words, or what to press once the line answers. Raises BadNumber."""
    if digits_in(remark) > 2:
        raise BadNumber("two")
    unfinished = re.match(rf"\W*(?:{_EXTENSION}|x){_NO_LETTER}", remark, re.IGNORECASE)
    if unfinished or digits_in(_PRESS.sub("", remark)):
        raise BadNumber("words")


def holds_two(text: str) -> bool:
    """Whether this looks like more than one number.

    It does if a complete number has more digits after a slash, comma or plus, or if such a sign separates short
    numbers. A slash after an area code does not count.
    """
    before = 0
    for run in re.split(r"[/,;&|+]|[^\W\d_]{2,}", text):
        digits = digits_in(run)
        if digits and before >= TWO_NUMBERS:
            return True
        before += digits
    runs = [digits_in(run) for run in re.split(r"[/,;&|]", text)]
    return len(runs) > 1 and all(1 < digits < 4 for digits in runs)


def digits_in(text: str) -> int:
    return sum(ch.isdecimal() for ch in text)
