"""Short codes such as 911 or 988 (case 77)."""

import pytest

from server.phone_numbers.short_codes import short_code


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("911", "US", "911"),
        ("988", "US", "988"),
        ("112", "DE", "112"),
        ("116 123", "DE", "116123"),
        ("*4141", "ES", "*4141"),
    ],
)
def test_case_77_a_short_code_that_can_be_dialled_is_accepted(typed: str, country: str, code: str) -> None:
    assert short_code(typed, country) == code


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("9111", "US"),  # a typing error
        ("9-911", "US"),  # how an office dials out
        ("*911", "US"),
        ("+911", "US"),
        ("741741", "US"),  # accepts only texts
        ("123", "US"),
        ("911 988", "US"),  # two codes
        ("9", "US"),
        ("1234567", "US"),
        ("", "US"),
    ],
)
def test_case_77_a_code_that_would_ring_elsewhere_is_refused(typed: str, country: str) -> None:
    assert short_code(typed, country) is None
