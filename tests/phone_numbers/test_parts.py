"""A typed phone number is split into its parts (cases 77, 78)."""

import pytest

from server.phone_numbers import parts
from server.phone_numbers.parts import BadNumber
from server.web.render import SERVER


@pytest.mark.parametrize(
    ("typed", "number", "extension", "remark"),
    [
        ("(212) 555-0140", "(212) 555-0140", "", ""),
        ("tel:+12125550140", "+12125550140", "", ""),
        ("212 555 0140 ext. 12", "212 555 0140", "ext. 12", ""),
        ("212 555 0140 (press 1)", "212 555 0140", "", "(press 1)"),
        ("٢١٢ ٥٥٥ ٠١٤٠", "212 555 0140", "", ""),
    ],
)
def test_a_number_may_have_an_extension_or_a_remark(typed: str, number: str, extension: str, remark: str) -> None:
    shown, found = parts.parse(typed)
    assert shown == typed
    assert found == {"number": number, "extension": extension, "remark": remark}


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no-number"),
        ("call me", "no-number"),
        ("1" * 41, "long"),
        ("212 555 0140 / 212 555 0141", "two"),
        ("(212 555 0140", "words"),
    ],
)
def test_ambiguous_text_is_refused(typed: str, why: str) -> None:
    with pytest.raises(BadNumber) as refused:
        parts.parse(typed)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("remark", "why"),
    [
        ("(press 1)", None),
        ("ask for Ana", None),
        ("option 2", None),
        ("or 5550141", "two"),
        ("x", "words"),
        ("7", "words"),
    ],
)
def test_a_remark_contains_only_digits_to_press(remark: str, why: str | None) -> None:
    if why is None:
        parts.check_remark(remark)
        return
    with pytest.raises(BadNumber) as refused:
        parts.check_remark(remark)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("030/1234567", False),
        ("030 1234567 / 68", True),
        ("212 555 0140, 212 555 0141", True),
        ("911 / 988", True),
        ("212 555 0140", False),
    ],
)
def test_case_78_two_numbers_are_distinguished_from_one_with_a_slash(text: str, two: bool) -> None:
    assert parts.holds_two(text) == two


def test_each_reason_to_refuse_has_its_words() -> None:
    template = (SERVER / "templates" / "_parts.html").read_text()
    for why in parts.REASONS:
        assert f'bad.why == "{why}"' in template
