"""Text as people type it: nothing invisible is kept, every spelling of a name is found (cases 79, 81, 83)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.typed.text import code_digits, is_blank, is_found, isolated, one_line, plain, without_isolates

INVISIBLE = "\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\u00ad\u061c\u180e"
NAMES = [
    "José Núñez",
    "Seán O'Brien",
    "Zoë D’Angelo",
    "Nguyễn Thị Ánh",
    "Søren Kierkegård",
    "Łukasz Wałęsa",
    "Jean-Luc St. John",
    "محمد علي",
    "שרה כהן",
    "李小龍",
    "สมชาย",
    "क्षत्रिय",
    "İbrahim Çelik",
    "Ηλέκτρα",
    "Мария Ёлкина",
]
LETTERS = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8)


@pytest.mark.parametrize(
    "blank",
    ["", "   ", "\u200b", "\u3164", "\u2800\u2800", "\u115f\u1160", "\ufeff \u00a0", "\u200d\u200d", "\u0301", "\t\n"],
    ids=ascii,
)
def test_case_81_a_name_that_is_empty_to_the_eye_is_blank(blank: str) -> None:
    assert is_blank(blank)


@pytest.mark.parametrize("name", NAMES)
def test_case_81_a_name_is_kept_as_it_is_read(name: str) -> None:
    assert not is_blank(name)
    assert one_line(name) == unicodedata.normalize("NFC", name)


@given(st.sampled_from(NAMES), st.text(INVISIBLE, max_size=6), st.integers(0, 20))
def test_case_81_what_nobody_sees_is_not_kept(name: str, hidden: str, at: int) -> None:
    assert one_line(name[:at] + hidden + name[at:]) == unicodedata.normalize("NFC", name)


@given(st.text())
def test_case_81_cleaning_is_done_once(typed: str) -> None:
    assert one_line(one_line(typed)) == one_line(typed)


@given(st.text())
def test_case_81_isolating_changes_nothing_that_is_typed_back(typed: str) -> None:
    plain = without_isolates(typed)
    assert without_isolates(isolated(plain)) == plain


@pytest.mark.parametrize(("name", "is_marked"), [("محمد", True), ("Dr. שרה", True), ("José", False), ("李", False)])
def test_case_81_a_name_in_the_other_direction_is_isolated(name: str, is_marked: bool) -> None:
    assert (isolated(name) == f"\u2068{name}\u2069") is is_marked
    assert (isolated(name) == name) is not is_marked


@pytest.mark.parametrize(
    "typed",
    [
        "12345678",
        " 1234 5678 ",
        "1234-5678",
        "1234 5678",
        "12.34.56.78",
        "\u200e1234\u200b5678",
        "１２３４５６７８",
        "١٢٣٤٥٦٧٨",
        "१२३४५६७८",
        "1234–5678.",
    ],
)
def test_case_79_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert code_digits(typed, 8) == "12345678"


@pytest.mark.parametrize(
    "typed", ["", "1234567", "123456789", "1234567a", "no code", "1234567l", "一二三四五六七八", "²²²²"]
)
def test_case_79_anything_else_is_no_code(typed: str) -> None:
    assert code_digits(typed, 8) is None


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("José Núñez", "jose nunez"),
        ("José Núñez", "nunez jose"),
        ("José Núñez", "NÚÑEZ"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "José"),
        ("Seán O'Brien", "o’brien"),
        ("Seán O’Brien", "obrien sean"),
        ("Seán O'Brien", "o brien"),
        ("Jean-Luc St. John", "jean luc"),
        ("Jean-Luc St. John", "jeanluc"),
        ("Jean-Luc St. John", "st john"),
        ("Søren Kierkegård", "soren kierkegard"),
        ("Łukasz Wałęsa", "walesa"),
        ("Weiß", "weiss"),
        ("محمد علي", "محمد"),
        ("Nguyễn Thị Ánh", "anh nguyen"),
    ],
)
def test_case_83_a_name_is_found_by_any_spelling(name: str, sought: str) -> None:
    assert is_found(sought, name)


def test_case_83_another_name_is_not_found() -> None:
    assert not is_found("nunez maria", "José Núñez")


@given(st.lists(LETTERS, min_size=1, max_size=4), st.randoms(use_true_random=False), st.sampled_from(["NFC", "NFD"]))
def test_case_83_a_name_is_found_in_any_order_case_and_composition(words: list[str], random: object, form: str) -> None:
    name = " ".join(words)
    random.shuffle(words)  # type: ignore[attr-defined]
    sought = unicodedata.normalize(form, " ".join(words))  # type: ignore[arg-type]
    assert is_found(sought, name)
    assert is_found(sought.upper(), name) or plain(sought.upper()) != plain(sought)
