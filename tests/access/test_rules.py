"""Pure rules for codes, guesses, passwords and names of devices."""

from datetime import UTC, datetime, timedelta

import pytest

from server.access import rules


@pytest.mark.parametrize(
    "typed", ["12345678", "1234 5678", " 1234-5678 ", "12.34.56.78", "1234\u20135678", "1234\t5678"]
)
def test_a_code_may_be_typed_in_any_grouping(typed: str) -> None:
    assert rules.pairing_code(typed) == "12345678"


def test_case_79_what_can_be_no_code_is_none() -> None:
    assert rules.pairing_code("1234 567") is None


def test_a_code_is_shown_in_two_groups() -> None:
    assert rules.shown_code("12345678") == "1234 5678"


def test_guesses_are_counted_per_quarter_of_an_hour() -> None:
    first = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
    assert rules.guess_window(first) == rules.guess_window(first + timedelta(minutes=14, seconds=59))
    assert rules.guess_window(first) != rules.guess_window(first + timedelta(minutes=15))


def test_a_password_is_judged_only_by_its_length() -> None:
    assert rules.password_fault("elevenchars") == "short"
    assert rules.password_fault("twelve chars") is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1", "iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140", "Android phone"),
        ("Mozilla/5.0 (Windows NT 10.0) Firefox/140", "Windows computer"),
        ("", "Browser"),
    ],
)
def test_a_device_gets_the_name_that_people_use(agent: str, name: str) -> None:
    assert rules.device_name(agent) == name


def test_two_devices_of_one_kind_get_different_names() -> None:
    assert rules.unlike("iPhone", []) == "iPhone"
    assert rules.unlike("iPhone", ["iPhone"]) == "iPhone 2"
    assert rules.unlike("iPhone", ["iPhone", "iPhone 2", "Mac"]) == "iPhone 3"
    assert rules.unlike("iPhone", ["iPhone 2"]) == "iPhone"
