"""When to remind, how long a reminder stays useful, and when to try again (cases 9, 10, 15, 22)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clock import to_utc
from server.reminders import rules
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind

NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(starts: str, now: datetime = NOW, zone: str = NEW_YORK) -> list[datetime]:
    return [planned.moment for planned in rules.plan_appointment(datetime.fromisoformat(starts), zone, now)]


def test_a_visit_is_reminded_of_three_days_one_day_and_two_hours_before() -> None:
    expected = [utc("2026-11-28 15:00"), utc("2026-11-30 15:00"), utc("2026-12-01 13:00")]
    assert moments("2026-12-01 10:00") == expected


def test_each_reminder_stays_useful_until_the_next_and_the_last_until_the_visit() -> None:
    planned = rules.plan_appointment(datetime(2026, 12, 1, 10), NEW_YORK, NOW)
    assert [plan.expires_at for plan in planned] == [*(plan.moment for plan in planned[1:]), utc("2026-12-01 15:00")]
    assert {plan.kind for plan in planned} == {"visit"}


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        # Summer time ends on Sunday 1 November 2026: 10:00 is 14:00 UTC before and 15:00 UTC after.
        ("2026-11-02 10:00", ["2026-10-30 14:00", "2026-11-01 15:00", "2026-11-02 13:00"]),
        # It begins on Sunday 14 March 2027.
        ("2027-03-15 10:00", ["2027-03-12 15:00", "2027-03-14 14:00", "2027-03-15 12:00"]),
        # Two hours before 3:30 on the morning of the change is 0:30, not 1:30.
        ("2027-03-14 03:30", ["2027-03-11 15:00", "2027-03-13 15:00", "2027-03-14 05:30"]),
    ],
)
def test_case_9_and_10_reminders_keep_their_wall_time_across_clock_changes(starts: str, expected: list[str]) -> None:
    assert moments(starts, utc("2026-10-01")) == [utc(moment) for moment in expected]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-28 15:00", 3),
        ("2026-11-28 15:01", 2),
        ("2026-11-30 15:01", 1),
        ("2026-12-01 13:01", 0),
        ("2026-12-01 15:00", 0),
        ("2026-12-02 00:00", 0),
    ],
)
def test_case_15_a_past_moment_is_never_planned(now: str, left: int) -> None:
    assert len(moments("2026-12-01 10:00", utc(now))) == left


@given(
    starts=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    ahead=st.timedeltas(timedelta(days=-2), timedelta(days=10)),
    zone=st.sampled_from([NEW_YORK, "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_reminders_of_any_visit_lie_between_now_and_the_visit(starts: datetime, ahead: timedelta, zone: str) -> None:
    begins = to_utc(starts, zone)
    now = begins - ahead
    planned = rules.plan_appointment(starts, zone, now)
    times = [now, *(plan.moment for plan in planned)]
    assert times == sorted(times)
    assert len({plan.moment for plan in planned}) == len(planned)
    assert all(now <= plan.moment < plan.expires_at <= begins for plan in planned)


def test_a_check_in_has_one_announcement_and_one_nudge() -> None:
    due, closes = NOW, NOW + timedelta(days=3)
    nudge = NOW + timedelta(days=1)
    assert rules.plan_checkin(due, closes, nudge) == [
        Planned(ReminderKind.CHECK_IN, due, nudge),
        Planned(ReminderKind.NUDGE, nudge, closes),
    ]


@pytest.mark.parametrize("nudge", [None, NOW + timedelta(days=3), NOW + timedelta(days=4)], ids=str)
def test_a_nudge_that_would_come_too_late_is_not_planned(nudge: datetime | None) -> None:
    closes = NOW + timedelta(days=3)
    assert rules.plan_checkin(NOW, closes, nudge) == [Planned(ReminderKind.CHECK_IN, NOW, closes)]


@given(tries=st.integers(0, 60), jitter=st.floats(0, 1))
def test_waits_double_up_to_a_limit(tries: int, jitter: float) -> None:
    wait = rules.backoff(tries, None, jitter).total_seconds()
    assert rules.FIRST_WAIT / 2 <= wait <= rules.LONGEST_WAIT
    assert wait <= rules.backoff(tries + 1, None, jitter).total_seconds()


@given(asked=st.floats(0, 21600), tries=st.integers(1, 8), jitter=st.floats(0, 1))
def test_case_22_the_wait_that_a_service_asks_for_is_respected(asked: float, tries: int, jitter: float) -> None:
    wait = rules.backoff(tries, asked, jitter)
    assert wait >= timedelta(seconds=asked) - timedelta(microseconds=1)


def test_retries_of_many_reminders_spread_over_half_of_the_wait() -> None:
    first, last = (rules.backoff(3, None, jitter).total_seconds() for jitter in (0.0, 1.0))
    assert (first, last) == (60, 120)
