"""A patient is found by whatever is known (case 83), and one of the same name is noticed (case 114)."""

from datetime import date

import pytest

from server.people.patients.identity import Identity, is_alike, is_sought, read_birth_date
from server.people.patients.months import months

MONTHS = months()
NUMBERS = ("(212) 555-0140", "+12125550140", "07700 900123", "+447700900123")


def person(name: str = "José Núñez", born: str | None = "1961-03-04", record: str | None = "A-4711") -> Identity:
    return Identity(name, born, record, NUMBERS)


@pytest.mark.parametrize(
    "sought",
    [
        "",
        "nunez jose",
        "555-0140",
        "+1 212 555",
        "2125550140",
        "0140",
        "07700900",
        "447700",
        "a4711",
        "A-4711",
        "1961-03-04",
        "3/4/1961",
        "4.3.1961",
        "04/03/1961",
        "Mar 4, 1961",
        "born Mar 4, 1961",
        "March 4th 1961",
        "4 March 1961",
        "4 de marzo de 1961",
        "nació el 4 mar 1961",
        "19610304",
        "١٩٦١-٠٣-٠٤",
        "５５５-０１４０",
        "٢١٢٥٥٥",
        "03041961",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "011 44 7700 900123",
    ],
)
def test_case_83_a_patient_is_found_by_name_number_record_or_birth_date(sought: str) -> None:
    assert is_sought(person(), sought, MONTHS)


@pytest.mark.parametrize(
    "sought",
    ["nunez maria", "999", "01", "4711", "1961", "3/5/1961", "A-471", "0140 x", "April 3, 1961", "March 1961", "00"],
)
def test_case_83_somebody_else_is_not_found(sought: str) -> None:
    assert not is_sought(person(), sought, MONTHS)


@pytest.mark.parametrize("sought", ["-", "'", "...", " – ", "()", "+", "/", "_", "·", "&"])
def test_case_83_punctuation_alone_finds_nobody(sought: str) -> None:
    assert not is_sought(person(), sought, MONTHS)
    assert not is_sought(person(record="-"), sought, MONTHS)
    assert not is_sought(Identity("Anne-Marie O'Neill"), sought, MONTHS)


def test_case_83_nothing_known_is_nothing_found() -> None:
    bare = Identity("Ada Fox")
    assert is_sought(bare, "fox", MONTHS)
    assert not is_sought(bare, "1961-03-04", MONTHS)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (person("Jose Nunez", None, None), True),
        (person("NÚÑEZ, José", "1980-01-01", "B"), True),
        (person("Nunez", "1961-03-04", None), True),
        (person("Somebody Else", None, "a 4711"), True),
        (person("María Núñez", "1980-01-01", None), False),
        (person("Ada Fox", "1961-03-04", None), False),
    ],
    ids=str,
)
def test_case_114_who_looks_like_the_same_person(other: Identity, same: bool) -> None:
    assert is_alike(person(), other) is same
    assert is_alike(other, person()) is same


@pytest.mark.parametrize("dash", ["-", "\N{EM DASH}", "--", "."])
@pytest.mark.parametrize("other", [None, "", "-", "\N{EM DASH}", "A-4711"])
def test_case_114_a_dash_is_no_record_number(dash: str, other: str | None) -> None:
    one, another = person("Ada Fox", None, dash), Identity("Ben Crane", None, other)
    assert not is_alike(one, another)
    assert not is_alike(another, one)


ROSA = Identity("Rosa Delgado", None, None, ("(212) 555-0101", "+12125550101"))
SAME_NUMBER = ("212-555-0101",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ROSA, Identity("Rosa María Delgado Pérez"), True),
        (ROSA, Identity("Rosadelgado"), True),
        (ROSA, Identity("Rosa Deldago", None, None, SAME_NUMBER), True),
        (ROSA, Identity("R. Delgado", None, None, SAME_NUMBER), True),
        (ROSA, Identity("Rosa Deldago"), False),
        (ROSA, Identity("Rosa"), False),
        (ROSA, Identity("Ada Fox", None, None, SAME_NUMBER), False),
        (ROSA, Identity("R. Delgado", None, None, ("0101",)), False),
        (Identity("Anna Müller"), Identity("MUELLER, Anna"), True),
        (Identity("Søren Ågård"), Identity("Soeren Aagaard"), True),
        (Identity("Ann Lee", "1950-01-02"), Identity("Anne Leigh", "1950-01-02"), False),
        (Identity("Ann Leigh", "1950-01-02"), Identity("Anne-Leigh", "1950-01-02"), True),
        (Identity("Xu Li", None, "MRN-00123"), Identity("Ada Fox", None, "mrn 00123"), True),
        (Identity("Xu Li", None, "MRN-00123"), Identity("Ada Fox", None, "MRN00123"), True),
    ],
    ids=str,
)
def test_case_114_one_person_in_other_spellings_or_with_the_same_number(
    one: Identity, other: Identity, same: bool
) -> None:
    assert is_alike(one, other) is same
    assert is_alike(other, one) is same


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1961-03-04", "1961-03-04"),
        ("2026-11-16", "2026-11-16"),
        ("2026-11-17", None),
        ("1899-12-31", None),
        ("3/4", None),
    ],
)
def test_a_birth_date_is_a_day_in_a_life(typed: str, read: str | None) -> None:
    assert read_birth_date(typed, date(2026, 11, 16)) == read
