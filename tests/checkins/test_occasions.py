"""When check-ins fall due and how long they stay open (cases 9, 10)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.checkins import occasions, rules
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import is_skipped, to_wall

NEW_YORK = "America/New_York"
MONDAY = date(2026, 10, 26)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(rhythm: Timing, since: str, until: str, zone: str = NEW_YORK) -> list[str]:
    """The due times, in the patient's zone."""
    found = occasions.occasions(rhythm, zone, utc(since), utc(until))
    return [f"{to_wall(occasion.due_at, zone):%m-%d %H:%M}" for occasion in found]


def test_a_weekly_check_in_keeps_its_weekday_and_hour_across_clock_changes() -> None:
    """Summer time ends on 1 November 2026."""
    weekly = Timing(Rhythm.WEEKLY, time(9), MONDAY, 0)
    assert due(weekly, "2026-10-20", "2026-11-20") == ["10-26 09:00", "11-02 09:00", "11-09 09:00", "11-16 09:00"]
    moments = [
        occasion.due_at for occasion in occasions.occasions(weekly, NEW_YORK, utc("2026-10-20"), utc("2026-11-05"))
    ]
    assert moments == [utc("2026-10-26 13:00"), utc("2026-11-02 14:00")]


def test_a_weekly_check_in_without_a_weekday_takes_that_of_its_first_day() -> None:
    assert due(Timing(Rhythm.WEEKLY, time(9), date(2026, 10, 28)), "2026-10-20", "2026-11-06") == [
        "10-28 09:00",
        "11-04 09:00",
    ]


def test_nothing_falls_due_before_the_first_day_or_outside_the_window() -> None:
    daily = Timing(Rhythm.DAILY, time(9), date(2026, 10, 30))
    assert due(daily, "2026-10-20", "2026-11-01") == ["10-30 09:00", "10-31 09:00"]
    assert due(daily, "2026-10-30 13:00", "2026-10-31 13:00") == ["10-30 09:00"]
    assert due(daily, "2026-10-30 13:01", "2026-10-31 13:00") == []


def test_case_9_a_daily_check_in_in_the_skipped_hour_is_asked_once() -> None:
    night = Timing(Rhythm.DAILY, time(2, 30), date(2027, 3, 1))
    assert due(night, "2027-03-13 05:00", "2027-03-16 05:00") == ["03-13 02:30", "03-14 03:30", "03-15 02:30"]


def test_case_10_a_daily_check_in_in_the_repeated_hour_is_asked_once() -> None:
    night = Timing(Rhythm.DAILY, time(1, 30), date(2026, 10, 1))
    found = occasions.occasions(night, NEW_YORK, utc("2026-10-31 12:00"), utc("2026-11-02 12:00"))
    assert [occasion.due_at for occasion in found] == [utc("2026-11-01 05:30"), utc("2026-11-02 06:30")]


@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_case_159_a_monthly_check_in_falls_on_its_day_or_the_last_of_a_shorter_month(day: int) -> None:
    monthly = Timing(Rhythm.MONTHLY, time(9), date(2026, 1, day))
    expected = [f"{month:02}-{min(day, last):02} 09:00" for month, last in ((1, 31), (2, 28), (3, 31), (4, 30))]
    assert due(monthly, "2026-01-01", "2026-05-01") == expected
    assert due(monthly, "2028-02-01", "2028-03-01") == [f"02-{min(day, 29)} 09:00"]


@pytest.mark.parametrize(
    ("rhythm", "closes"),
    [("weekly", "2026-10-29 13:00"), ("monthly", "2026-11-02 14:00"), ("daily", "2026-10-27 04:00")],
)
def test_how_long_each_check_in_stays_open(rhythm: Rhythm, closes: str) -> None:
    """A daily one until midnight in the patient's zone, a weekly one for three days, a monthly one for seven."""
    [found] = occasions.occasions(Timing(rhythm, time(9), MONDAY, 0), NEW_YORK, utc("2026-10-26"), utc("2026-10-27"))
    assert (found.due_at, found.closes_at) == (utc("2026-10-26 13:00"), utc(closes))


@given(
    rhythm=st.sampled_from(rules.RECURRING),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    since=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from([NEW_YORK, "Europe/London", "Pacific/Auckland", "Asia/Kathmandu"]),
)
def test_computing_day_by_day_or_all_at_once_gives_the_same(
    rhythm: Rhythm, at: time, since: datetime, zone: str
) -> None:
    timing = Timing(rhythm, at, date(2026, 1, 30), 3)
    whole = occasions.occasions(timing, zone, since, since + timedelta(days=9))
    parts = [
        occasion
        for day in range(9)
        for occasion in occasions.occasions(timing, zone, since + timedelta(days=day), since + timedelta(days=day + 1))
    ]
    assert whole == parts
    assert all(occasion.due_at < occasion.closes_at for occasion in whole)
    assert len({occasion.due_at for occasion in whole}) == len(whole)


BEFORE, AFTER = Timing(Rhythm.BEFORE, time(10), MONDAY), Timing(Rhythm.AFTER, time(10), MONDAY)


def around(rhythm: Timing, starts: str, now: str, zone: str = NEW_YORK) -> tuple[str, str] | None:
    found = occasions.around_appointment(rhythm, datetime.fromisoformat(starts), NEW_YORK, zone, utc(now))
    return (f"{found.due_at:%m-%d %H:%M}", f"{found.closes_at:%m-%d %H:%M}") if found else None


def test_the_readiness_check_in_is_open_from_the_day_before_until_the_visit() -> None:
    assert around(BEFORE, "2026-12-01 10:00", "2026-11-16") == ("11-30 15:00", "12-01 15:00")


def test_for_a_later_booking_readiness_is_asked_at_once_but_not_after_the_visit_begins() -> None:
    assert around(BEFORE, "2026-12-01 10:00", "2026-11-30 20:00") == ("11-30 20:00", "12-01 15:00")
    assert around(BEFORE, "2026-12-01 10:00", "2026-12-01 15:00") is None


def test_the_after_check_in_is_open_for_a_day_from_the_day_after() -> None:
    assert around(AFTER, "2026-12-01 10:00", "2026-11-16") == ("12-02 15:00", "12-03 15:00")
    assert around(AFTER, "2026-12-01 10:00", "2026-12-03 14:59") == ("12-02 15:00", "12-03 15:00")
    assert around(AFTER, "2026-12-01 10:00", "2026-12-03 15:00") is None


def test_days_are_counted_in_the_patients_zone() -> None:
    """10:00 in New York is already the next day in Auckland."""
    assert around(AFTER, "2026-12-01 10:00", "2026-11-16", "Pacific/Auckland") == ("12-02 21:00", "12-03 21:00")


@given(
    rhythm=st.sampled_from([Rhythm.WEEKLY, Rhythm.MONTHLY, Rhythm.AFTER]),
    day=st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    hour=st.integers(0, 23),
    zone=st.sampled_from([NEW_YORK, "Australia/Lord_Howe", "Europe/Madrid", "Asia/Kathmandu"]),
)
def test_case_158_nudges_and_closing_times_keep_the_hour(rhythm: Rhythm, day: date, hour: int, zone: str) -> None:
    """The wall time stays the same across clock changes, except in an hour that they skip."""
    found = occasions.occasion_on(Timing(rhythm, time(hour), day), day, zone)
    nudge = occasions.nudge_at(rhythm, found.due_at, zone)
    for moment in (found.closes_at, *([nudge] if nudge else [])):
        wall = to_wall(moment, zone)
        at = to_wall(found.due_at, zone).time() if moment == nudge else time(hour)
        assert wall.time() == at or is_skipped(datetime.combine(wall.date(), at), zone)
