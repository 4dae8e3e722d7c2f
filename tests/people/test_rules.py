"""Codes, emails, passwords, staffed hours, names of devices: pure."""

from datetime import UTC, datetime, timedelta

import pytest

from server.access import rules as access_rules
from server.people import rules
from tests.cast import HOURS

MONDAY = datetime(2026, 11, 16)


@pytest.mark.parametrize(
    "typed", ["12345678", "1234 5678", " 1234-5678 ", "12.34.56.78", "1234\u20135678", "1234\t5678"]
)
def test_a_code_may_be_grouped_in_any_way(typed: str) -> None:
    assert access_rules.clean_code(typed) == "12345678"


def test_a_code_is_shown_in_two_groups() -> None:
    assert access_rules.shown_code("12345678") == "1234 5678"


def test_guesses_are_counted_by_quarters_of_an_hour() -> None:
    first = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
    assert access_rules.guess_window(first) == access_rules.guess_window(first + timedelta(minutes=14, seconds=59))
    assert access_rules.guess_window(first) != access_rules.guess_window(first + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("typed", "good"),
    [("maria@harbor.example", True), (" M@h.example ", True), ("maria", False), ("a@b", False), ("a b@c.d", False)],
)
def test_what_looks_like_an_email(typed: str, good: bool) -> None:
    assert rules.is_email(typed) == good
    assert rules.normal_email(" Maria@Harbor.Example ") == "maria@harbor.example"


def test_a_password_is_judged_by_its_length_alone() -> None:
    assert access_rules.password_fault("elevenchars") == "short"
    assert access_rules.password_fault("twelve chars") is None


@pytest.mark.parametrize(("hour", "minute", "watched"), [(7, 59, False), (8, 0, True), (16, 59, True), (17, 0, False)])
def test_somebody_watches_from_opening_until_closing(hour: int, minute: int, watched: bool) -> None:
    assert rules.is_staffed(HOURS, MONDAY.replace(hour=hour, minute=minute)) == watched


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        (MONDAY.replace(hour=9), MONDAY.replace(hour=9)),
        (MONDAY.replace(hour=6), MONDAY.replace(hour=8)),
        (MONDAY.replace(hour=17), datetime(2026, 11, 17, 8)),
        (datetime(2026, 11, 20, 18), datetime(2026, 11, 23, 8)),
        (datetime(2026, 11, 21, 12), datetime(2026, 11, 23, 8)),
    ],
)
def test_case_75_when_somebody_watches_next(wall: datetime, expected: datetime) -> None:
    assert rules.next_staffed(HOURS, wall) == expected


def test_case_75_a_clinic_with_one_day_a_week_and_one_without_any() -> None:
    assert rules.next_staffed({"0": ["08:00", "17:00"]}, MONDAY.replace(hour=18)) == datetime(2026, 11, 23, 8)
    assert rules.next_staffed({}, MONDAY) is None
    assert not rules.is_staffed({}, MONDAY)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1", "iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140", "Android phone"),
        ("Mozilla/5.0 (Windows NT 10.0) Firefox/140", "Windows computer"),
        ("", "Browser"),
    ],
)
def test_a_device_is_called_what_a_person_would_call_it(agent: str, name: str) -> None:
    assert access_rules.device_name(agent) == name


def test_two_devices_of_one_kind_are_told_apart() -> None:
    assert access_rules.unlike("iPhone", []) == "iPhone"
    assert access_rules.unlike("iPhone", ["iPhone"]) == "iPhone 2"
    assert access_rules.unlike("iPhone", ["iPhone", "iPhone 2", "Mac"]) == "iPhone 3"
    assert access_rules.unlike("iPhone", ["iPhone 2"]) == "iPhone"
