"""Find patients by any known fact, and tell two patients of the same name apart: pure (cases 83, 114)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from unicodedata import decimal

from server.typed.search import is_found, plain, spellings
from server.typed.text import one_line

FEWEST_DIGITS = 3  # of a phone number, to search by
WHOLE_NUMBER = 7  # digits; a shorter number is not one person's own
NEAR = 0.85  # of 1, for two spellings of one name
FIRST_YEAR = 1900
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|º|o)$")
_NO_PART = ("born", "nacio", "el", "of", "de", "del", "the")  # words around a date that pages and people write


@dataclass(frozen=True)
class Identity:
    """The facts that identify a patient. `birth_date` is ISO 8601; `numbers` as typed and as dialled."""

    name: str
    birth_date: str | None = None
    record_number: str | None = None
    numbers: tuple[str, ...] = ()


def is_sought(patient: Identity, sought: str, months: Mapping[str, int]) -> bool:
    """Whether the patient is found by part of the name, a phone number, the record number or the birth date.

    `months`: the number of each month by its name, as `plain` writes it.
    """
    return (
        is_found(sought, patient.name)
        or _is_in_number(sought, patient)
        or _is_record(sought, patient)
        or _is_birth_date(sought, patient.birth_date, months)
    )


def _is_in_number(sought: str, patient: Identity) -> bool:
    if any(ch.isalpha() for ch in sought):
        return False
    digits = _digits(sought.replace("(0)", ""))
    forms = [form for form in (digits, _without_prefix(digits)) if len(form) >= FEWEST_DIGITS]
    return any(form in _digits(number) for form in forms for number in patient.numbers)


def _without_prefix(digits: str) -> str:
    """The number without 0, 00 or 011, which are dialled before a number at home or to another country."""
    return re.sub("^(011|0+)", "", digits)


def _digits(text: str) -> str:
    """The digits as 0 to 9, in whatever script they are."""
    return "".join(str(decimal(ch)) for ch in one_line(text) if ch.isdecimal())


def _is_record(sought: str, patient: Identity) -> bool:
    record = _joined(patient.record_number or "")
    return bool(record) and record == _joined(sought)


def _is_birth_date(sought: str, born: str | None, months: Mapping[str, int]) -> bool:
    """Whether these numbers are the birth date, with the year, in any order in which people write it."""
    if born is None:
        return False
    year, month, day = born.split("-")
    words = [_ORDINAL.sub(r"\1", word) for word in plain(sought).split()]
    if "".join(words) in (year + month + day, day + month + year, month + day + year) and len(words) in (1, 3):
        return True
    year, month, day = (str(int(part)) for part in (year, month, day))
    given = [word.lstrip("0") for word in words if word not in _NO_PART]
    if named := [months[word] for word in given if word in months]:
        rest = [word for word in given if word not in months]
        return [str(number) for number in named] == [month] and rest in ([day, year], [year, day])
    return given in ([year, month, day], [day, month, year], [month, day, year])


def read_birth_date(typed: str, today: date) -> str | None:
    """The date in ISO 8601; None if nobody alive can have been born then."""
    try:
        born = date.fromisoformat(typed)
    except ValueError:
        return None
    return born.isoformat() if date(FIRST_YEAR, 1, 1) <= born <= today else None


def is_alike(one: Identity, other: Identity) -> bool:
    """Whether both may be one person.

    The same record number or name is enough, in any order and spelling, with a second surname or without. A birth date
    or a phone number counts together with part of a name. Birth dates tell two people of a household apart.
    """
    record = _joined(one.record_number or "")
    if record and record == _joined(other.record_number or ""):  # a dash means no record number
        return True
    pairs = [(a, b) for a in spellings(one.name) for b in spellings(other.name)]
    if any(_is_same_name(a, b) for a, b in pairs):
        return True
    is_born_alike = one.birth_date is not None and one.birth_date == other.birth_date
    if not is_born_alike and not any(_is_same_number(a, b) for a in one.numbers for b in other.numbers):
        return False
    is_near = any(_nearness(a, b) >= NEAR for a, b in pairs)
    born_apart = not is_born_alike and one.birth_date is not None and other.birth_date is not None
    return is_near or (not born_apart and any(set(a.split()) & set(b.split()) for a, b in pairs))


def _joined(text: str) -> str:
    return plain(text).replace(" ", "")


def _is_same_name(one: str, other: str) -> bool:
    """Whether the longer name has all words of the shorter one; a single word is not enough."""
    fewer, more = sorted((set(one.split()), set(other.split())), key=len)
    return fewer == more or (len(fewer) > 1 and fewer <= more) or one.replace(" ", "") == other.replace(" ", "")


def _nearness(one: str, other: str) -> float:
    """1 for equal names, in any order of their words; two letters that changed places leave 0.9 or so."""
    return SequenceMatcher(None, " ".join(sorted(one.split())), " ".join(sorted(other.split()))).ratio()


def _is_same_number(one: str, other: str) -> bool:
    """Whether the numbers are equal, with the country's prefix or without it."""
    short, long = sorted((_without_prefix(_digits(one)), _without_prefix(_digits(other))), key=len)
    return len(short) >= WHOLE_NUMBER and long.endswith(short)
