"""How soon a flag has to be dealt with: pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.flags import deadlines
from server.flags.rules import Severity
from tests.cast import HOURS

NEW_YORK = "America/New_York"


def due(severity: Severity, raised_at: str, hours: dict[str, list[str]] = HOURS) -> str:
    """By the clinic's clock; `raised_at` too."""
    moment = datetime.fromisoformat(raised_at).replace(tzinfo=ZoneInfo(NEW_YORK))
    found = deadlines.due(severity, moment.astimezone(UTC), NEW_YORK, hours)
    return f"{found.astimezone(ZoneInfo(NEW_YORK)):%a %m-%d %H:%M}"


@pytest.mark.parametrize(
    ("raised_at", "owed"),
    [
        ("2026-11-16 09:00", "Wed 11-18 09:00"),
        ("2026-11-19 12:00", "Mon 11-23 12:00"),
        ("2026-11-20 12:00", "Tue 11-24 12:00"),
        ("2026-11-20 23:30", "Tue 11-24 23:30"),
        ("2026-11-21 12:00", "Wed 11-25 00:00"),
        ("2026-11-22 23:59", "Wed 11-25 00:00"),
    ],
)
def test_soft_is_owed_within_48_weekday_hours(raised_at: str, owed: str) -> None:
    assert due(Severity.THIS_WEEK, raised_at) == owed


@pytest.mark.parametrize(
    ("raised_at", "owed"),
    [
        ("2026-11-16 09:00", "Mon 11-16 13:00"),
        ("2026-11-16 13:00", "Mon 11-16 17:00"),
        ("2026-11-16 15:00", "Tue 11-17 10:00"),
        ("2026-11-16 22:00", "Tue 11-17 12:00"),
        ("2026-11-16 03:00", "Mon 11-16 12:00"),
        ("2026-11-20 16:00", "Mon 11-23 11:00"),
        ("2026-11-21 09:00", "Mon 11-23 12:00"),
    ],
)
def test_hard_is_owed_within_4_staffed_hours(raised_at: str, owed: str) -> None:
    assert due(Severity.TODAY, raised_at) == owed


def test_red_is_owed_at_once() -> None:
    assert due(Severity.URGENT, "2026-11-21 03:00") == "Sat 11-21 03:00"


def test_over_the_weekend_in_which_clocks_change_the_clock_on_the_wall_counts() -> None:
    assert due(Severity.THIS_WEEK, "2026-10-30 12:00") == "Tue 11-03 12:00"
    assert due(Severity.TODAY, "2026-10-30 16:00") == "Mon 11-02 11:00"


def test_a_clinic_with_few_hours_or_none_owes_it_all_the_same() -> None:
    assert due(Severity.TODAY, "2026-11-16 09:00", {"2": ["08:00", "10:00"]}) == "Wed 11-25 10:00"
    assert due(Severity.TODAY, "2026-11-16 09:00", {}) == "Wed 11-18 09:00"


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    severity=st.sampled_from([Severity.THIS_WEEK, Severity.TODAY]),
)
def test_it_is_owed_later_than_it_was_raised_and_within_the_week(moment: datetime, severity: Severity) -> None:
    owed = deadlines.due(severity, moment, NEW_YORK, HOURS)
    assert timedelta() < owed - moment < timedelta(days=5)
