"""When a reminder that falls due in quiet hours is sent."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reminders.quiet_hours.rules import ANSWERED, QUIETED, Quiet, heard_at, is_quiet, read_quiet, waits_until
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind

NEW_YORK = "America/New_York"
NIGHT = Quiet(time(22), time(8), NEW_YORK)
NOON_REST = Quiet(time(12), time(14), NEW_YORK)
NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)  # 9:00 in New York


def plan(hour: int, lasts: float, kind: ReminderKind = ReminderKind.VISIT) -> Planned:
    """A reminder due at this hour of November 17 in New York (UTC-5), useful for so many hours."""
    moment = datetime(2026, 11, 17, 0, tzinfo=UTC) + timedelta(hours=hour + 5)
    return Planned(kind, moment, moment + timedelta(hours=lasts))


def heard(planned: Planned, quiet: Quiet | None, now: datetime = NOW) -> str:
    """When it is sent, in New York time."""
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
        (3, 9, "16 21:45"),  # too few would be left, so it goes out before the quiet hours
        (3, 4, "16 21:45"),  # it would have expired
    ],
)
def test_at_night_a_reminder_waits_for_the_morning_unless_it_would_then_be_of_little_use(
    hour: int, lasts: float, when: str
) -> None:
    assert heard(plan(hour, lasts), NIGHT) == when


@pytest.mark.parametrize("kind", [ReminderKind.CHECK_IN, ReminderKind.NUDGE])
@pytest.mark.parametrize(
    ("hour", "lasts", "when"),
    [
        (21, 10, "17 21:00"),
        (22, 72, "18 08:00"),
        (3, 10, "17 08:00"),
        (3, 6, "17 08:00"),  # an hour is left to answer
        (3, 5.5, "17 03:00"),
        (23, 1, "17 23:00"),  # a check-in that closes at midnight
    ],
)
def test_case_153_a_check_in_is_never_announced_before_it_opens(
    kind: ReminderKind, hour: int, lasts: float, when: str
) -> None:
    assert heard(plan(hour, lasts, kind), NIGHT) == when


def test_quiet_hours_during_the_day_apply_too() -> None:
    assert heard(plan(13, 24), NOON_REST) == "17 14:00"
    assert heard(plan(14, 24), NOON_REST) == "17 14:00"
    assert heard(plan(11, 24), NOON_REST) == "17 11:00"
    assert heard(plan(13, 1.5), NOON_REST) == "17 11:45"


def test_a_reminder_planned_during_quiet_hours_goes_out_after_them_or_at_once() -> None:
    """It is 3:30 at night, so the time before the quiet hours is over."""
    now = plan(3, 0).moment + timedelta(minutes=30)
    assert heard(plan(4, 5), NIGHT, now) == "17 08:00"
    assert heard(plan(4, 3), NIGHT, now) == "17 03:30"


def test_without_quiet_hours_a_reminder_is_sent_at_its_moment() -> None:
    assert heard(plan(3, 4), None) == "17 03:00"
    assert read_quiet(None, "08:00", NEW_YORK) is None
    assert read_quiet("22:00", None, NEW_YORK) is None
    assert read_quiet("22:00", "08:00", NEW_YORK) == NIGHT


HOURS = st.integers(0, 23).map(time)
ZONES = st.sampled_from(["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/Madrid", "Australia/Lord_Howe"])


@st.composite
def tries(draw: st.DrawFn) -> tuple[Planned, Quiet, datetime, bool]:
    """Any planned reminder, any quiet hours, and an attempt at any time while it is useful."""
    start, end = draw(st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] != pair[1]))
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 365 * 24 * 60)))
    lasts = timedelta(minutes=draw(st.integers(30, 4 * 24 * 60)))
    kind = draw(st.sampled_from(QUIETED))
    after = timedelta(minutes=draw(st.integers(0, int(lasts.total_seconds()) // 60 - 1)))
    plan = Planned(kind, moment, moment + lasts)
    return plan, Quiet(start, end, draw(ZONES)), moment + after, draw(st.booleans())


@given(tries())
def test_case_155_no_attempt_falls_in_quiet_hours_unless_they_end_too_late(
    case: tuple[Planned, Quiet, datetime, bool],
) -> None:
    plan, quiet, now, is_first = case
    until = waits_until(plan, quiet, now, is_first)
    if until is None:
        assert not is_quiet(now, quiet) or _too_late(plan, quiet, now)
        assert not is_quiet(now, quiet) or is_first or plan.kind == ReminderKind.VISIT
        return
    assert now < until <= plan.expires_at
    assert until == plan.expires_at or not is_quiet(until, quiet)
    if until < plan.expires_at:
        assert waits_until(plan, quiet, until, is_first) is None


def _too_late(plan: Planned, quiet: Quiet, now: datetime) -> bool:
    """Whether the quiet hours around `now` end only when the reminder is no longer useful, found minute by minute."""
    ends = next(at for at in (now + timedelta(minutes=n) for n in range(1, 2000)) if not is_quiet(at, quiet))
    return ends + (timedelta(hours=1) if plan.kind in ANSWERED else timedelta()) >= plan.expires_at


@given(tries())
def test_case_153_nothing_is_announced_before_it_can_be_answered_or_after_it_is_over(
    case: tuple[Planned, Quiet, datetime, bool],
) -> None:
    plan, quiet, _, _ = case
    at = heard_at(plan, quiet, plan.moment - timedelta(days=2))
    assert at < plan.expires_at
    assert at >= plan.moment or plan.kind not in ANSWERED


@pytest.mark.parametrize("kind", sorted(set(ReminderKind) - set(QUIETED)))
def test_an_immediate_reminder_is_sent_in_quiet_hours_too(kind: ReminderKind) -> None:
    at_night = plan(23, 48, kind)
    assert waits_until(at_night, NIGHT, at_night.moment, is_first=False) is None
