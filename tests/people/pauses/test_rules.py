"""When a pause ends: as a day begins in the patient's zone (case 107)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.clock import to_wall
from server.people.pauses.rules import begins, earliest, is_allowed, is_over, latest

TODAY = date(2026, 11, 16)
ZONES = sorted(available_timezones())


@given(st.sampled_from(ZONES), st.dates(date(2007, 1, 1), date(2037, 12, 31)))
@example("America/Santiago", date(2026, 9, 6))  # clocks skip its first hour
@example("Africa/Cairo", date(2026, 4, 24))
@example("Asia/Beirut", date(2026, 3, 29))
@example("America/Havana", date(2026, 11, 1))  # they show its first hour twice
@example("America/St_Johns", date(2010, 11, 7))  # they go back to the day before, at a minute past midnight
@example("Pacific/Apia", date(2011, 12, 30))  # they skip the day
def test_case_107_a_day_begins_at_the_first_moment_that_no_clock_there_shows_an_earlier_day(
    zone: str, day: date
) -> None:
    begun = begins(day, zone)
    assert to_wall(begun, zone).date() >= day
    before = [begun - timedelta(seconds=1), *(begun - timedelta(minutes=15 * n) for n in range(1, 200))]
    assert all(to_wall(moment, zone).date() < day for moment in before)
    assert (is_over(day, zone, begun - timedelta(seconds=1)), is_over(day, zone, begun)) == (False, True)


def test_case_107_a_pause_without_an_end_is_never_over() -> None:
    assert not is_over(None, "UTC", datetime(2999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, False), (1, True), (365, True), (366, False)])
def test_case_107_an_end_is_tomorrow_at_the_earliest_and_in_a_year_at_the_latest(days: int, allowed: bool) -> None:
    assert is_allowed(TODAY + timedelta(days=days), TODAY) == allowed


def test_a_year_after_a_leap_day_is_the_last_day_of_february() -> None:
    leap_day = date(2028, 2, 29)
    assert (earliest(leap_day), latest(leap_day)) == (date(2028, 3, 1), date(2029, 2, 28))
