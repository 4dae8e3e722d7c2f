"""How soon staff must act on a flag."""

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
    """The deadline in the clinic's time, as is `raised_at`."""
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
def test_a_flag_for_this_week_is_due_within_48_weekday_hours(raised_at: str, owed: str) -> None:
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
def test_a_flag_for_today_is_due_within_4_staffed_hours(raised_at: str, owed: str) -> None:
    assert due(Severity.TODAY, raised_at) == owed


def test_an_urgent_flag_is_due_at_once() -> None:
    assert due(Severity.URGENT, "2026-11-21 03:00") == "Sat 11-21 03:00"


def test_deadlines_count_wall_time_across_a_clock_change() -> None:
    assert due(Severity.THIS_WEEK, "2026-10-30 12:00") == "Tue 11-03 12:00"
    assert due(Severity.TODAY, "2026-10-30 16:00") == "Mon 11-02 11:00"


def test_a_clinic_with_few_or_no_staffed_hours_still_has_deadlines() -> None:
    assert due(Severity.TODAY, "2026-11-16 09:00", {"2": ["08:00", "10:00"]}) == "Wed 11-25 10:00"
    assert due(Severity.TODAY, "2026-11-16 09:00", {}) == "Wed 11-18 09:00"


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    severity=st.sampled_from([Severity.THIS_WEEK, Severity.TODAY]),
)
def test_a_deadline_is_after_the_flag_was_raised_and_within_a_week(moment: datetime, severity: Severity) -> None:
    owed = deadlines.due(severity, moment, NEW_YORK, HOURS)
    assert timedelta() < owed - moment < timedelta(days=5)
