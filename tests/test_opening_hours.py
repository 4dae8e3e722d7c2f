"""When a clinic is open, and how open time adds up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from server import opening_hours
from server.opening_hours import ALL_WEEKDAYS, WeekHours, after, between
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


NIGHT: WeekHours = {str(day): ["22:00", "06:00"] for day in range(7)}
AROUND_THE_CLOCK: WeekHours = {str(day): ["00:00", "00:00"] for day in range(7)}
UNTIL_MIDNIGHT: WeekHours = {"0": ["16:00", "00:00"], "1": ["00:00", "02:00"]}


@pytest.mark.parametrize(("hour", "is_there"), [(21, False), (22, True), (0, True), (5, True), (6, False)])
def test_case_86_hours_may_go_over_midnight(hour: int, is_there: bool) -> None:
    assert opening_hours.is_open(NIGHT, MONDAY.replace(hour=hour)) is is_there


def test_case_86_hours_may_end_at_midnight_or_go_on_in_the_next_day() -> None:
    assert opening_hours.is_open(UNTIL_MIDNIGHT, MONDAY.replace(hour=23, minute=59))
    assert opening_hours.is_open(UNTIL_MIDNIGHT, MONDAY + timedelta(days=1, hours=1))
    assert not opening_hours.is_open(UNTIL_MIDNIGHT, MONDAY + timedelta(days=1, hours=2))
    assert opening_hours.next_opening(UNTIL_MIDNIGHT, MONDAY.replace(hour=20)) == MONDAY + timedelta(days=7, hours=16)


def test_case_86_a_clinic_around_the_clock_never_opens_and_counts_every_hour() -> None:
    assert opening_hours.is_open(AROUND_THE_CLOCK, MONDAY)
    assert opening_hours.next_opening(AROUND_THE_CLOCK, MONDAY) is None
    start = MONDAY.replace(tzinfo=UTC)
    assert between(start, start + 50 * HOUR, AROUND_THE_CLOCK, "UTC") == 50 * HOUR
    assert after(start, 50 * HOUR, AROUND_THE_CLOCK, "UTC") == start + 50 * HOUR


CLOCK = st.times().map(lambda time: time.strftime("%H:%M"))
WEEK = st.dictionaries(st.sampled_from("0123456"), st.tuples(CLOCK, CLOCK), min_size=1)


@given(WEEK, st.integers(0, 7 * 24 * 60), st.integers(0, 3000))
@example({"0": ("00:00", "00:01")}, 0, 50)
def test_case_86_whatever_the_hours_deadlines_and_counts_agree(hours: WeekHours, at: int, minutes: int) -> None:
    """`after` looks a year ahead, which a clinic that opens for a minute a week may need for an hour."""
    start, length = MONDAY.replace(tzinfo=UTC) + timedelta(minutes=at), timedelta(minutes=minutes)
    assume(length <= 50 * between(start, start + timedelta(days=7), hours, "UTC"))
    assert between(start, after(start, length, hours, "UTC"), hours, "UTC") == length


@given(WEEK, st.integers(0, 7 * 24 * 60))
def test_case_86_whatever_the_hours_an_opening_is_where_closed_time_ends(hours: WeekHours, at: int) -> None:
    wall = MONDAY + timedelta(minutes=at)
    opening = opening_hours.next_opening(hours, wall)
    if opening is not None:
        assert opening > wall
        assert opening_hours.is_open(hours, opening)
        assert not opening_hours.is_open(hours, opening - timedelta(minutes=1))
