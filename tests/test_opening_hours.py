"""When a clinic is open, and how open time adds up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import opening_hours
from server.opening_hours import ALL_WEEKDAYS, after, between
from tests.cast import HOURS

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 16)


@pytest.mark.parametrize(("hour", "minute", "watched"), [(7, 59, False), (8, 0, True), (16, 59, True), (17, 0, False)])
def test_staff_are_there_from_opening_until_closing(hour: int, minute: int, watched: bool) -> None:
    assert opening_hours.is_open(HOURS, MONDAY.replace(hour=hour, minute=minute)) == watched


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        (MONDAY.replace(hour=9), datetime(2026, 11, 17, 8)),
        (MONDAY.replace(hour=6), MONDAY.replace(hour=8)),
        (MONDAY.replace(hour=17), datetime(2026, 11, 17, 8)),
        (datetime(2026, 11, 20, 18), datetime(2026, 11, 23, 8)),
        (datetime(2026, 11, 21, 12), datetime(2026, 11, 23, 8)),
    ],
)
def test_case_75_when_staff_are_there_next(wall: datetime, expected: datetime) -> None:
    assert opening_hours.next_opening(HOURS, wall) == expected


@given(st.integers(0, 7 * 24 * 60))
def test_case_164_the_next_opening_is_later_and_within_opening_hours(minute: int) -> None:
    wall = MONDAY + timedelta(minutes=minute)
    opening = opening_hours.next_opening(HOURS, wall)
    assert opening is not None
    assert opening > wall
    assert opening_hours.is_open(HOURS, opening)
    assert not opening_hours.is_open(HOURS, opening - timedelta(minutes=1))


def test_case_75_a_clinic_with_one_open_day_a_week_or_none() -> None:
    assert opening_hours.next_opening({"0": ["08:00", "17:00"]}, MONDAY.replace(hour=18)) == datetime(2026, 11, 23, 8)
    assert opening_hours.next_opening({}, MONDAY) is None
    assert not opening_hours.is_open({}, MONDAY)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(0, 400), st.integers(0, 400))
def test_open_time_adds_up_wherever_it_is_split(begin: datetime, first: int, second: int) -> None:
    start = begin.replace(tzinfo=UTC)
    middle, end = start + first * HOUR, start + (first + second) * HOUR
    parts = between(start, middle, HOURS, "UTC") + between(middle, end, HOURS, "UTC")
    assert parts == between(start, end, HOURS, "UTC") <= between(start, end, ALL_WEEKDAYS, "UTC") <= end - start


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(0, 100))
def test_after_and_between_agree(begin: datetime, hours: int) -> None:
    start = begin.replace(tzinfo=UTC)
    assert between(start, after(start, hours * HOUR, HOURS, "UTC"), HOURS, "UTC") == hours * HOUR


def test_without_opening_hours_all_time_counts() -> None:
    start = MONDAY.replace(tzinfo=UTC)
    assert after(start, 4 * HOUR, {}, "UTC") == start + 4 * HOUR


def test_open_time_follows_the_clock_changes_of_the_zone() -> None:
    friday = datetime(2026, 10, 30, 20, tzinfo=UTC)  # an hour before closing; clocks change on Sunday
    assert after(friday, 2 * HOUR, HOURS, "America/New_York") == datetime(2026, 11, 2, 14, tzinfo=UTC)
