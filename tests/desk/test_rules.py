"""How long a flag has waited, how much time is left, and profiles of function."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.desk import rules
from server.desk.rules import age, profile_levels
from server.flags.deadlines import due
from server.flags.rules import Severity
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from tests.cast import HOURS

NEW_YORK = "America/New_York"
MONDAY = datetime(2026, 11, 16, 14, tzinfo=UTC)  # 9:00 in New York
FRIDAY = MONDAY + timedelta(days=4)
HOUR = timedelta(hours=1)
FUNCTION = read_definition(json.loads((LIBRARY / "function.json").read_text()))


def test_a_flag_for_this_week_is_due_after_48_weekday_hours() -> None:
    by = due(Severity.THIS_WEEK, FRIDAY, NEW_YORK, HOURS)
    new = age(Severity.THIS_WEEK, FRIDAY, by, FRIDAY, NEW_YORK, HOURS)
    assert (new.waited, new.left, new.over, new.whole) == (timedelta(), 48 * HOUR, timedelta(), 48 * HOUR)
    on_monday = age(Severity.THIS_WEEK, FRIDAY, by, FRIDAY + timedelta(days=3), NEW_YORK, HOURS)
    assert (on_monday.waited, on_monday.left) == (timedelta(days=3), 24 * HOUR)
    assert on_monday.share == 0.5


def test_a_flag_for_today_is_due_after_4_staffed_hours() -> None:
    raised = MONDAY + 7 * HOUR  # 16:00, an hour before the clinic closes
    by = due(Severity.TODAY, raised, NEW_YORK, HOURS)
    at_night = age(Severity.TODAY, raised, by, raised + 5 * HOUR, NEW_YORK, HOURS)
    assert (at_night.left, at_night.whole) == (3 * HOUR, 4 * HOUR)


def test_an_overdue_flag_says_by_how_much() -> None:
    by = due(Severity.TODAY, MONDAY, NEW_YORK, HOURS)
    late = age(Severity.TODAY, MONDAY, by, by + 2 * HOUR, NEW_YORK, HOURS)
    assert (late.left, late.over, late.share) == (timedelta(), 2 * HOUR, 1.0)


def test_an_urgent_flag_is_due_at_once() -> None:
    red = age(Severity.URGENT, MONDAY, MONDAY, MONDAY + HOUR, NEW_YORK, HOURS)
    assert (red.waited, red.whole, red.share) == (HOUR, None, 1.0)


def test_a_clinic_without_staffed_hours_counts_weekdays_for_today_flags_too() -> None:
    assert (
        age(Severity.TODAY, MONDAY, due(Severity.TODAY, MONDAY, NEW_YORK, {}), MONDAY, NEW_YORK, {}).left == 48 * HOUR
    )


def test_there_are_four_separate_profiles() -> None:
    levels = {question.link_id: 0 for question in FUNCTION.questions} | {"speech": 2, "saliva": 1, "walking": 4}
    found = profile_levels(FUNCTION.questions, levels)
    assert tuple(found) == rules.PROFILES
    assert found == {"bulbar": (3, 12), "fine-motor": (0, 12), "gross-motor": (4, 12), "respiratory": (0, 12)}


@pytest.mark.parametrize("skipped", ["speech", "stairs"])
def test_a_profile_with_a_missing_answer_is_left_out(skipped: str) -> None:
    levels = {question.link_id: 1 for question in FUNCTION.questions if question.link_id != skipped}
    assert FUNCTION.by_id[skipped].profile not in profile_levels(FUNCTION.questions, levels)
