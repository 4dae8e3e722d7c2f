"""Wall time to UTC and back, with the skipped and repeated hours of real zones (cases 9 and 10)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import clock
from server.clock import JUMP, SETTLES_AFTER, ClockWatch, SteadyClock
from tests.cast import NOW

ZONES = ["America/New_York", "America/Denver", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "wall", "moment", "shown"),
    [
        ("America/New_York", datetime(2027, 3, 14, 2, 30), utc(2027, 3, 14, 7, 30), datetime(2027, 3, 14, 3, 30)),
        ("Europe/London", datetime(2027, 3, 28, 1, 15), utc(2027, 3, 28, 1, 15), datetime(2027, 3, 28, 2, 15)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 10), utc(2026, 10, 3, 15, 40), datetime(2026, 10, 4, 2, 40)),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), utc(2011, 12, 30, 22), datetime(2011, 12, 31, 12)),
    ],
)
def test_case_9_a_skipped_time_takes_the_offset_before_the_gap(
    zone: str, wall: datetime, moment: datetime, shown: datetime
) -> None:
    assert clock.is_skipped(wall, zone)
    assert clock.to_utc(wall, zone) == moment
    assert clock.to_wall(moment, zone) == shown


@pytest.mark.parametrize(
    ("zone", "wall", "first"),
    [
        ("America/New_York", datetime(2026, 11, 1, 1, 30), utc(2026, 11, 1, 5, 30)),
        ("Europe/London", datetime(2026, 10, 25, 1, 30), utc(2026, 10, 25, 0, 30)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 45), utc(2027, 4, 3, 14, 45)),
    ],
)
def test_case_10_a_repeated_time_is_the_first(zone: str, wall: datetime, first: datetime) -> None:
    assert not clock.is_skipped(wall, zone)
    assert clock.to_utc(wall, zone) == first
    assert clock.to_utc(wall.replace(fold=1), zone) == first


@given(
    wall=st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31)),
    zone=st.sampled_from(ZONES),
)
def test_an_ordinary_time_survives_a_round_trip(wall: datetime, zone: str) -> None:
    moment = clock.to_utc(wall, zone)
    assert moment.tzinfo == UTC
    assert (clock.to_wall(moment, zone) == wall) != clock.is_skipped(wall, zone)


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))
def test_a_week_of_wall_time_is_a_week_give_or_take_an_hour(moment: datetime) -> None:
    wall = clock.to_wall(moment, "America/New_York")
    week = clock.to_utc(wall + timedelta(weeks=1), "America/New_York") - clock.to_utc(wall, "America/New_York")
    assert abs(week - timedelta(weeks=1)) <= timedelta(hours=1)


def test_now_has_a_zone() -> None:
    assert clock.system_clock().tzinfo == UTC


@given(
    jump=st.floats(-3e9, 3e9).filter(lambda seconds: abs(seconds) > JUMP),
    lasts=st.lists(st.floats(0.5, 60), min_size=1, max_size=4),
)
def test_case_133_a_jump_that_is_set_right_delays_nothing(jump: float, lasts: list[float]) -> None:
    watch, monotonic = ClockWatch(NOW, 0.0), 0.0
    for seconds in lasts:
        monotonic += seconds
        watch = watch.look(NOW + timedelta(seconds=monotonic + jump), monotonic)
        assert watch.is_distrusted
        assert abs((watch.steady - NOW).total_seconds() - monotonic) < 1e-3
    watch = watch.look(NOW + timedelta(seconds=monotonic + 1), monotonic + 1)
    assert not watch.is_distrusted


@given(st.floats(-3e9, 3e9).filter(lambda seconds: abs(seconds) > JUMP), st.floats(1, SETTLES_AFTER - 1))
def test_case_134_the_pages_clock_does_not_follow_a_jump_that_is_set_right(jump: float, lasts: float) -> None:
    at, ahead = [0.0], [0.0]
    steady = SteadyClock(lambda: NOW + timedelta(seconds=at[0] + ahead[0]), lambda: at[0])
    ahead[0] = jump
    for _ in range(3):
        at[0] += lasts / 3
        assert abs((steady() - NOW).total_seconds() - at[0]) < 1e-3
    ahead[0], at[0] = 0.0, at[0] + 1
    assert steady() == NOW + timedelta(seconds=at[0])


def test_the_pages_clock_follows_a_new_time_once_that_has_stood() -> None:
    at, ahead = [0.0], [0.0]
    steady = SteadyClock(lambda: NOW + timedelta(seconds=at[0] + ahead[0]), lambda: at[0])
    ahead[0] = 86400.0
    steady()
    at[0] = SETTLES_AFTER + 1
    assert steady() == NOW + timedelta(seconds=at[0] + 86400)
