"""How late a check-in is, and when staff should call."""

from datetime import timedelta

import pytest

from server.checkins.lateness import CALL_FROM, OWED, SILENT_FROM, Lateness, lateness_of
from server.checkins.rules import Rhythm
from tests.cast import NOW

DAY = timedelta(days=1)


def weekly(days: float, called: float | None = None, resumed: float | None = None) -> Lateness | None:
    """A weekly plan of which no occasion since NOW is answered, after so many days."""
    now = NOW + days * DAY
    dues = [NOW + week * 7 * DAY for week in range(10)]
    at = [None if moment is None else NOW + moment * DAY for moment in (called, resumed)]
    return lateness_of(Rhythm.WEEKLY, dues, now, *at)


@pytest.mark.parametrize(
    ("days", "state", "band", "to_call"),
    [
        (0, "due", 0, False),
        (0.99, "due", 0, False),
        (1, "grace", 0, False),
        (2, "grace", 2, False),
        (2.99, "grace", 2, False),
        (3, "late", 2, True),
        (6.99, "late", 2, True),
        (7, "silent", 7, True),
        (30, "silent", 30, True),
    ],
)
def test_the_lateness_of_an_unanswered_weekly_check_in(days: float, state: str, band: int, to_call: bool) -> None:
    found = weekly(days)
    assert found is not None
    assert (found.state, found.band, found.to_call, found.since) == (state, band, to_call, NOW)


@pytest.mark.parametrize(
    ("days", "called", "to_call"),
    [(3, None, True), (3.1, 3, False), (9.9, 3, False), (10, 3, True), (10.1, 10.05, False)],
)
def test_a_call_takes_the_patient_off_the_list_until_the_next_missed_check_in(
    days: float, called: float | None, to_call: bool
) -> None:
    found = weekly(days, called)
    assert found is not None
    assert found.to_call == to_call


def test_check_ins_that_fell_due_in_a_pause_are_not_owed() -> None:
    assert weekly(5, resumed=4) is None
    after = weekly(10, resumed=4)
    assert after is not None
    assert (after.since, after.state, after.to_call) == (NOW + 7 * DAY, "late", True)


def test_a_monthly_check_in_is_late_after_a_week() -> None:
    states = [lateness_of(Rhythm.MONTHLY, [NOW], NOW + days * DAY, None, None) for days in (6, 7, 14)]
    assert [(one.state, one.to_call) for one in states if one] == [("grace", False), ("late", True), ("silent", True)]


def test_a_check_in_that_is_not_due_is_not_late() -> None:
    assert lateness_of(Rhythm.WEEKLY, [NOW + DAY], NOW, None, None) is None
    assert set(CALL_FROM) == set(OWED) == set(SILENT_FROM)
