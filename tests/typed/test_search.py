"""Every spelling of a name is found (case 83)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.typed.search import is_found, plain

LETTERS = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8)


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
        ("Rigoberta Tzꞌib", "tz'ib"),
        ("ʿAbd al-Raḥmān", "abd al rahman"),
        ("N\u02bcDiaye", "n\u2019diaye"),
        ("O\u201bNeil", "oneil"),
        ("Jürgen Müller", "mueller juergen"),
        ("Juergen Mueller", "Müller"),
        ("Søren Åberg", "soeren aaberg"),
        ("Aminu Ɓala", "bala"),
        ("Mere Ŧohu", "tohu"),
        ("محمـــد", "محمد"),
        ("كريم رضايي", "کریم رضایی"),  # as a keyboard for Persian writes them
        ("فاطمة", "فاطمه"),
        ("مصطفى", "مصطفي"),
        ("Đorđe Đokić", "djordje djokic"),
        ("Djordje", "Đorđe"),
        ("Əliyev", "Aliyev"),
        ("Əliyev", "eliyev"),
        ("Ward 3", "ward ３"),
    ],
)
def test_case_83_a_name_is_found_by_any_spelling(name: str, sought: str) -> None:
    assert is_found(sought, name)


@pytest.mark.parametrize(
    ("name", "sought"), [("José Núñez", "nunez maria"), ("Manuel", "Emanül"), ("Müller", "Moeller"), ("Li", "Ly")]
)
def test_case_83_another_name_is_not_found(name: str, sought: str) -> None:
    assert not is_found(sought, name)


@given(st.lists(LETTERS, min_size=1, max_size=4), st.randoms(use_true_random=False), st.sampled_from(["NFC", "NFD"]))
def test_case_83_a_name_is_found_in_any_order_case_and_composition(words: list[str], random: object, form: str) -> None:
    name = " ".join(words)
    random.shuffle(words)  # type: ignore[attr-defined]
    sought = unicodedata.normalize(form, " ".join(words))  # type: ignore[arg-type]
    assert is_found(sought, name)
    assert is_found(sought.upper(), name) or plain(sought.upper()) != plain(sought)


def test_case_83_signs_without_a_letter_find_only_the_name_that_has_them() -> None:
    assert is_found("🙂", "Rosa 🙂")
    assert not is_found("🙂", "Rosa")
    assert not is_found("...", "Rosa")
    assert is_found(" ", "Rosa")
