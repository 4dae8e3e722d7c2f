"""Pure rules for the dates of a series, impossible starts, and which status may follow which."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments import rules
from server.appointments.rules import AppointmentStatus, BadAppointment
from server.reminders.states import Reply

NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)
NEW_YORK = "America/New_York"


def test_six_visits_on_mondays_wednesdays_and_fridays_from_the_first_of_december() -> None:
    days = rules.series_days(date(2026, 12, 1), frozenset({0, 2, 4}), 6)
    assert [day.isoformat()[5:] for day in days] == ["12-02", "12-04", "12-07", "12-09", "12-11", "12-14"]


def test_without_weekdays_a_series_is_weekly_and_a_single_visit_is_on_that_day() -> None:
    assert rules.series_days(date(2026, 12, 1), frozenset(), 1) == [date(2026, 12, 1)]
    assert rules.series_days(date(2026, 12, 1), frozenset(), 2) == [date(2026, 12, 1), date(2026, 12, 8)]


@pytest.mark.parametrize("count", [0, -1, 41])
def test_a_series_has_one_to_forty_visits(count: int) -> None:
    with pytest.raises(BadAppointment, match="count"):
        rules.series_days(date(2026, 12, 1), frozenset({0}), count)


@given(
    first=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    count=st.integers(1, 40),
)
def test_a_series_uses_all_of_its_weekdays_and_no_other(first: date, weekdays: frozenset[int], count: int) -> None:
    days = rules.series_days(first, weekdays, count)
    assert len(days) == len(set(days)) == count
    assert days == sorted(days)
    span = [first + timedelta(days=n) for n in range((days[-1] - first).days + 1)]
    assert days == [day for day in span if day.weekday() in weekdays]


def test_a_start_is_a_time_in_the_clinics_zone() -> None:
    assert rules.check_start(datetime(2026, 12, 1, 10), NEW_YORK, NOW) == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert rules.check_start(datetime(2027, 7, 1, 10), NEW_YORK, NOW) == datetime(2027, 7, 1, 14, tzinfo=UTC)


def test_case_9_a_start_in_the_skipped_hour_is_refused() -> None:
    with pytest.raises(BadAppointment, match="gap") as refused:
        rules.check_start(datetime(2027, 3, 14, 2, 30), NEW_YORK, NOW)
    assert refused.value.when == datetime(2027, 3, 14, 2, 30)


def test_case_10_a_start_in_the_repeated_hour_is_the_first_one() -> None:
    assert rules.check_start(datetime(2027, 11, 7, 1, 30), NEW_YORK, NOW) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_a_start_in_the_past_is_refused() -> None:
    with pytest.raises(BadAppointment, match="past"):
        rules.check_start(datetime(2026, 11, 16, 8, 59), NEW_YORK, NOW)
    assert rules.check_start(datetime(2026, 11, 16, 9), NEW_YORK, NOW) == NOW


@pytest.mark.parametrize("wall", [datetime.max.replace(microsecond=0), datetime(1, 1, 1)])
@pytest.mark.parametrize("zone", [NEW_YORK, "Asia/Tokyo"])
def test_a_start_at_either_end_of_time_raises_no_error(wall: datetime, zone: str) -> None:
    with pytest.raises(BadAppointment, match="past" if wall.year == 1 else "far"):
        rules.check_start(wall, zone, NOW)


@pytest.mark.parametrize("weekdays", [frozenset({0}), frozenset()])
def test_a_series_that_runs_past_the_end_of_time_is_refused(weekdays: frozenset[int]) -> None:
    with pytest.raises(BadAppointment):
        rules.series_days(date(9999, 12, 1), weekdays, 40)


@pytest.mark.parametrize(
    ("status", "wanted", "may"),
    [
        ("proposed", "booked", True),
        ("booked", "arrived", True),
        ("booked", "cancelled", True),
        ("booked", "noshow", True),
        ("arrived", "fulfilled", True),
        ("arrived", "cancelled", False),
        ("fulfilled", "cancelled", False),
        ("fulfilled", "booked", False),
        ("cancelled", "booked", False),
        ("noshow", "arrived", True),
    ],
)
def test_which_status_may_follow_which(status: AppointmentStatus, wanted: AppointmentStatus, may: bool) -> None:
    assert rules.may_become(status, wanted) == may
    assert all(wanted in rules.NEXT for steps in rules.NEXT.values() for wanted in steps)


@pytest.mark.parametrize("status", AppointmentStatus)
def test_a_reply_is_about_a_visit_that_is_still_to_come(status: AppointmentStatus) -> None:
    upcoming = status in (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
    assert rules.may_reply(status, NOW + timedelta(seconds=1), NOW) is upcoming
    assert not rules.may_reply(status, NOW, NOW)


@pytest.mark.parametrize("reply", [None, *Reply])
def test_case_142_a_reply_waits_for_staff_until_they_have_dealt_with_it(reply: Reply | None) -> None:
    assert rules.waits_for_staff(reply, None) == (reply in (Reply.CANT_COME, Reply.ANOTHER_TIME))
    assert not rules.waits_for_staff(reply, NOW)


def test_case_117_no_visit_follows_an_end_of_care() -> None:
    rules.check_care(has_ended=False)
    with pytest.raises(BadAppointment, match="care"):
        rules.check_care(has_ended=True)
