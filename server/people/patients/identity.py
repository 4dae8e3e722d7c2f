"""Find patients by whatever is known of them, and tell two of one name apart: pure (cases 83, 114)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.typed.search import is_found, plain
from server.typed.text import one_line

FEWEST_DIGITS = 3  # of a phone number, to search by
FIRST_YEAR = 1900
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|º|o)$")
_NO_PART = ("born", "nacio", "el", "of", "de", "del", "the")  # words around a date that pages and people write


@dataclass(frozen=True)
class Identity:
    """What is known of who a patient is. `birth_date` is ISO 8601; `numbers` as typed and as dialled."""

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
    """What is left without 0, 00 or 011, which are dialled before a number at home or to another country."""
    return re.sub("^(011|0+)", "", digits)


def _digits(text: str) -> str:
    return "".join(ch for ch in one_line(text) if ch.isdecimal())


def _is_record(sought: str, patient: Identity) -> bool:
    record = plain(patient.record_number or "").replace(" ", "")
    wanted = plain(sought).replace(" ", "")
    return bool(record) and wanted == record


def _is_birth_date(sought: str, born: str | None, months: Mapping[str, int]) -> bool:
    """Whether these are the numbers of the birth date, the year among them, in any order that people write them."""
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
    """The date in ISO 8601; None if nobody who is alive can be born then."""
    try:
        born = date.fromisoformat(typed)
    except ValueError:
        return None
    return born.isoformat() if date(FIRST_YEAR, 1, 1) <= born <= today else None


def is_alike(one: Identity, other: Identity) -> bool:
    """Whether both may be one person: the same record number or name, or a birth date and part of a name."""
    if one.record_number and plain(one.record_number) == plain(other.record_number or ""):
        return True
    words, others = set(plain(one.name).split()), set(plain(other.name).split())
    if words == others:
        return True
    return one.birth_date is not None and one.birth_date == other.birth_date and bool(words & others)
