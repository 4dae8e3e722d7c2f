"""Find patients by whatever is known of them, and tell two of one name apart: pure (cases 83, 114)."""

from dataclasses import dataclass
from datetime import date

from server.typed.search import is_found, plain
from server.typed.text import one_line

FEWEST_DIGITS = 3  # of a phone number, to search by
FIRST_YEAR = 1900


@dataclass(frozen=True)
class Identity:
    """What is known of who a patient is. `birth_date` is ISO 8601; `numbers` as typed and as dialled."""

    name: str
    birth_date: str | None = None
    record_number: str | None = None
    numbers: tuple[str, ...] = ()


def is_sought(patient: Identity, sought: str) -> bool:
    """Whether the patient is found by part of the name, a phone number, the record number or the birth date."""
    return (
        is_found(sought, patient.name)
        or _is_in_number(sought, patient)
        or _is_record(sought, patient)
        or _is_birth_date(sought, patient.birth_date)
    )


def _is_in_number(sought: str, patient: Identity) -> bool:
    digits = _digits(sought)
    if len(digits) < FEWEST_DIGITS or any(ch.isalpha() for ch in sought):
        return False
    return any(digits in _digits(number) for number in patient.numbers)


def _digits(text: str) -> str:
    return "".join(ch for ch in one_line(text) if ch.isdecimal())


def _is_record(sought: str, patient: Identity) -> bool:
    record = plain(patient.record_number or "").replace(" ", "")
    wanted = plain(sought).replace(" ", "")
    return bool(record) and wanted == record


def _is_birth_date(sought: str, born: str | None) -> bool:
    """Whether these are the numbers of the birth date, the year among them, in any order that people write them."""
    if born is None:
        return False
    year, month, day = (str(int(part)) for part in born.split("-"))
    given = [part.lstrip("0") for part in plain(sought).split()]
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
