"""How many notifications a patient gets."""

from datetime import UTC, datetime, time, timedelta

import pytest

from server.reminders.digests import rules
from server.reminders.digests.rules import Due
from server.reminders.quiet_hours.rules import Quiet
from server.reminders.states import ReminderKind

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)  # 10:00 in New York
NEW_YORK = "America/New_York"
HOUR = timedelta(hours=1)


def due(kind: ReminderKind, at: timedelta = timedelta(), life: timedelta = timedelta(days=1), name: str = "a") -> Due:
    return Due(name, kind, NOW + at, NOW + at, NOW + at + life)


LAST_CALL = due(ReminderKind.VISIT, life=2 * HOUR)


def test_the_last_reminder_is_the_one_just_before_its_visit() -> None:
    assert rules.is_last_call(LAST_CALL)
    assert not rules.is_last_call(due(ReminderKind.VISIT))
    assert not rules.is_last_call(due(ReminderKind.CHECK_IN, life=HOUR))


@pytest.mark.parametrize(
    ("later", "early"),
    [
        (due(ReminderKind.VISIT, HOUR), True),
        (due(ReminderKind.NUDGE, HOUR), True),
        (due(ReminderKind.CHECK_IN, HOUR), False),
        (due(ReminderKind.CHECK_IN), True),
    ],
)
def test_only_a_check_in_that_is_not_open_yet_is_not_announced_early(later: Due, early: bool) -> None:
    assert rules.may_come_early(later, NOW) == early


@pytest.mark.parametrize(
    ("now_due", "later", "until"),
    [
        ([due(ReminderKind.VISIT)], [due(ReminderKind.CHECK_IN, HOUR)], NOW + HOUR),
        (
            [due(ReminderKind.CHECK_IN)],
            [due(ReminderKind.CHECK_IN, HOUR), due(ReminderKind.CHECK_IN, 2 * HOUR)],
            NOW + 2 * HOUR,
        ),
        ([due(ReminderKind.VISIT)], [due(ReminderKind.VISIT, HOUR)], None),
        ([LAST_CALL], [due(ReminderKind.CHECK_IN, HOUR)], None),
        ([due(ReminderKind.VISIT), LAST_CALL], [due(ReminderKind.CHECK_IN, HOUR)], None),
        ([due(ReminderKind.CHECK_IN, life=90 * timedelta(minutes=1))], [due(ReminderKind.CHECK_IN, HOUR)], None),
        ([due(ReminderKind.VISIT, -2 * HOUR)], [due(ReminderKind.CHECK_IN, HOUR)], None),
        ([due(ReminderKind.VISIT)], [], None),
    ],
)
def test_a_due_reminder_waits_for_a_check_in_that_opens_soon(
    now_due: list[Due], later: list[Due], until: datetime | None
) -> None:
    assert rules.waits_until(now_due, later, NOW) == until


def test_a_visit_leads_a_digest_and_of_two_the_sooner() -> None:
    sooner, later = due(ReminderKind.VISIT, life=HOUR, name="b"), due(ReminderKind.VISIT, life=2 * HOUR)
    assert rules.carrier_of([due(ReminderKind.CHECK_IN), later, due(ReminderKind.NUDGE), sooner]) == sooner
    assert rules.carrier_of([due(ReminderKind.NUDGE), due(ReminderKind.CHECK_IN, name="c")]).kind == "check-in"


@pytest.mark.parametrize(
    ("group", "notifications", "visits", "waits"),
    [
        ([due(ReminderKind.CHECK_IN)], 0, 0, False),
        ([due(ReminderKind.CHECK_IN)], 1, 0, False),
        ([due(ReminderKind.CHECK_IN)], 2, 0, True),
        ([due(ReminderKind.CHECK_IN)], 1, 1, True),
        ([due(ReminderKind.NUDGE)], 0, 2, True),
        ([due(ReminderKind.VISIT)], 5, 0, False),
        ([due(ReminderKind.VISIT), due(ReminderKind.CHECK_IN)], 2, 0, False),
    ],
)
def test_at_most_two_notifications_a_day_and_visits_come_first(
    group: list[Due], notifications: int, visits: int, waits: bool
) -> None:
    assert rules.must_wait(group, notifications, visits) == waits


@pytest.mark.parametrize(
    ("quiet", "wall"), [(None, 9), (Quiet(time(22), time(8), NEW_YORK), 9), (Quiet(time(22), time(11), NEW_YORK), 11)]
)
def test_the_next_morning_is_in_the_patients_zone_after_quiet_hours(quiet: Quiet | None, wall: int) -> None:
    assert rules.next_morning(NEW_YORK, quiet, NOW) == datetime(2026, 11, 17, wall + 5, tzinfo=UTC)


def test_case_10_the_day_of_the_repeated_hour_has_25_hours() -> None:
    start, end = rules.day_of(NEW_YORK, datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert (start, end - start) == (datetime(2026, 11, 1, 4, tzinfo=UTC), 25 * HOUR)
