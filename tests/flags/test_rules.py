"""Which answers need a person, and how soon: pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.flags import deadlines, rules
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.rules import Course, Trigger
from tests.cast import HOURS

NEW_YORK = "America/New_York"
BREATHING = [
    Trigger("urgent", "breathing", Condition.AT_LEAST, 4, Severity.URGENT, Screen.BREATHING),
    Trigger("today", "breathing", Condition.AT_LEAST, 3, Severity.TODAY),
    Trigger("two-steps", "breathing", Condition.WORSE_THAN_PREVIOUS, 2, Severity.TODAY),
    Trigger("two-since-first", "breathing", Condition.WORSE_THAN_FIRST, 2, Severity.TODAY),
    Trigger("one-step", "breathing", Condition.WORSE_THAN_PREVIOUS, 1, Severity.THIS_WEEK),
]


def raised(now: int, previous: int | None = None, first: int | None = None) -> list[str]:
    """The rules that are raised for a level of breathing, the previous and the first one."""
    before = {} if previous is None else {"breathing": previous}
    at_first = {} if first is None else {"breathing": first}
    return [found.trigger.id for found in trigger_rules.fired(BREATHING, Course({"breathing": now}, before, at_first))]


@pytest.mark.parametrize(
    ("now", "previous", "first", "rule"),
    [
        (0, None, None, []),
        (2, None, None, []),
        (3, None, None, ["today"]),
        (4, None, None, ["urgent"]),
        (4, 4, 4, ["urgent"]),
        (3, 3, 3, ["today"]),
        (1, 0, 1, ["one-step"]),
        (2, 0, 2, ["two-steps"]),
        (2, 2, 0, ["two-since-first"]),
        (2, 1, 0, ["two-since-first"]),
        (2, 2, 2, []),
        (1, 2, 0, []),
        (0, 4, 4, []),
    ],
)
def test_against_its_own_last_and_first_answer(
    now: int, previous: int | None, first: int | None, rule: list[str]
) -> None:
    assert raised(now, previous, first) == rule


@given(now=st.integers(0, 4), previous=st.integers(0, 4), first=st.integers(0, 4))
def test_one_rule_an_item_the_most_severe(now: int, previous: int, first: int) -> None:
    found = trigger_rules.fired(BREATHING, Course({"breathing": now}, {"breathing": previous}, {"breathing": first}))
    assert len(found) <= 1
    if now == 4:
        assert [one.severity for one in found] == ["urgent"]
    if now > previous:
        assert found


def test_items_do_not_mix_and_the_most_severe_comes_first() -> None:
    speech = Trigger("speech", "speech", Condition.WORSE_THAN_PREVIOUS, 1, Severity.THIS_WEEK)
    found = trigger_rules.fired(
        [speech, *BREATHING],
        Course({"speech": 1, "breathing": 4}, {"speech": 0, "breathing": 0}, {"breathing": 0}),
    )
    assert [(one.item, one.severity) for one in found] == [("breathing", "urgent"), ("speech", "this-week")]
    assert trigger_rules.fired([speech], Course({"speech": 4}, {"breathing": 0}, {})) == []
    assert trigger_rules.fired(BREATHING, Course({}, {"breathing": 0}, {})) == []


def test_what_is_known_of_it_is_handed_on() -> None:
    [found] = trigger_rules.fired(BREATHING, Course({"breathing": 2}, {"breathing": 1}, {"breathing": 0}))
    assert (found.now, found.previous, found.first) == (2, 1, 0)


@pytest.mark.parametrize(
    ("level", "severity", "last_level", "last_severity", "days", "quiet"),
    [
        (3, Severity.TODAY, 3, Severity.TODAY, 7, True),
        (2, Severity.THIS_WEEK, 3, Severity.TODAY, 7, True),
        (4, Severity.TODAY, 3, Severity.TODAY, 7, False),
        (3, Severity.TODAY, 3, Severity.THIS_WEEK, 7, False),
        (3, Severity.TODAY, 3, Severity.TODAY, 29, True),
        (3, Severity.TODAY, 3, Severity.TODAY, 30, False),
        (4, Severity.URGENT, 4, Severity.URGENT, 1, False),
    ],
)
def test_a_slow_disease_is_no_weekly_alarm(
    level: int, severity: Severity, last_level: int, last_severity: Severity, days: int, quiet: bool
) -> None:
    assert rules.stays_quiet(level, severity, last_level, last_severity, timedelta(days=days)) == quiet


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
