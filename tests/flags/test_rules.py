"""When a closed flag prevents a new one, and when an expected level is suggested."""

from datetime import timedelta

import pytest

from server.flags import rules
from server.flags.rules import Severity


@pytest.mark.parametrize(
    ("severities", "offered"),
    [
        ([Severity.TODAY, Severity.TODAY, Severity.TODAY], True),
        ([Severity.TODAY, Severity.TODAY], False),
        ([Severity.TODAY, Severity.THIS_WEEK, Severity.TODAY, Severity.TODAY], False),
        ([Severity.THIS_WEEK, Severity.TODAY, Severity.TODAY, Severity.TODAY], False),
        ([Severity.URGENT, Severity.TODAY, Severity.TODAY], False),
        ([Severity.TODAY, Severity.TODAY, Severity.TODAY, Severity.THIS_WEEK], True),
    ],
)
def test_an_expected_level_is_suggested_after_three_flags_for_today_in_a_row(
    severities: list[Severity], offered: bool
) -> None:
    assert rules.offers_expected(severities) == offered


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
def test_a_slowly_worsening_item_does_not_raise_a_flag_each_week(
    level: int, severity: Severity, last_level: int, last_severity: Severity, days: int, quiet: bool
) -> None:
    assert rules.stays_quiet(level, severity, last_level, last_severity, timedelta(days=days)) == quiet
