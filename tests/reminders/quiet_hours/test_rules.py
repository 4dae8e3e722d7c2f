"""When a person hears of a reminder that falls due in quiet hours: pure."""

from datetime import UTC, datetime, time, timedelta

import pytest

from server.reminders.quiet_hours.rules import Quiet, heard_at, read_quiet
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind

NEW_YORK = "America/New_York"
NIGHT = Quiet(time(22), time(8), NEW_YORK)
NOON_REST = Quiet(time(12), time(14), NEW_YORK)
NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)  # 9:00 in New York


def plan(hour: int, lasts: float, day: int = 17) -> Planned:
    """A reminder for this hour in New York (UTC-5), useful for so many hours."""
    moment = datetime(2026, 11, day, 0, tzinfo=UTC) + timedelta(hours=hour + 5)
    return Planned(ReminderKind.CHECK_IN, moment, moment + timedelta(hours=lasts))


def heard(planned: Planned, quiet: Quiet | None, now: datetime = NOW) -> str:
    """By the clocks of New York."""
    return f"{heard_at(planned, quiet, now) - timedelta(hours=5):%d %H:%M}"


@pytest.mark.parametrize(
    ("hour", "lasts", "when"),
    [
        (21, 10, "17 21:00"),
        (22, 72, "18 08:00"),
        (23, 72, "18 08:00"),
        (3, 72, "17 08:00"),
        (8, 72, "17 08:00"),
        (3, 10, "17 08:00"),  # five of its ten hours are left then
        (3, 9, "16 21:45"),  # too few would be: before the quiet hours instead
        (3, 4, "16 21:45"),  # it would have expired
    ],
)
def test_at_night_it_waits_for_the_morning_unless_it_would_be_of_little_use(hour: int, lasts: float, when: str) -> None:
    assert heard(plan(hour, lasts), NIGHT) == when


def test_quiet_hours_within_a_day_are_kept_too() -> None:
    assert heard(plan(13, 24), NOON_REST) == "17 14:00"
    assert heard(plan(14, 24), NOON_REST) == "17 14:00"
    assert heard(plan(11, 24), NOON_REST) == "17 11:00"
    assert heard(plan(13, 1.5), NOON_REST) == "17 11:45"


def test_planned_in_the_midst_of_quiet_hours_it_goes_out_afterwards_or_at_once() -> None:
    """It is 3:30 at night: the time before the quiet hours is over."""
    now = plan(3, 0).moment + timedelta(minutes=30)
    assert heard(plan(4, 5), NIGHT, now) == "17 08:00"
    assert heard(plan(4, 3), NIGHT, now) == "17 03:30"


def test_without_quiet_hours_it_is_heard_at_its_moment() -> None:
    assert heard(plan(3, 4), None) == "17 03:00"
    assert read_quiet(None, "08:00", NEW_YORK) is None
    assert read_quiet("22:00", None, NEW_YORK) is None
    assert read_quiet("22:00", "08:00", NEW_YORK) == NIGHT
