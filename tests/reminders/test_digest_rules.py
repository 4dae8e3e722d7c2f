"""How much is said to one person, by rules alone (issue: what falls due within two hours is one notification)."""

from datetime import UTC, datetime, time, timedelta

import pytest

from server.reminders import digest_rules
from server.reminders.digest_rules import Due
from server.reminders.rules import Quiet

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)  # ten in the morning in New York
NEW_YORK = "America/New_York"
HOUR = timedelta(hours=1)


def due(kind: str, at: timedelta = timedelta(), life: timedelta = timedelta(days=1), name: str = "a") -> Due:
    return Due(name, kind, NOW + at, NOW + at, NOW + at + life)


LAST_CALL = due("visit", life=2 * HOUR)


def test_the_last_call_is_the_one_just_before_its_visit() -> None:
    assert digest_rules.is_last_call(LAST_CALL)
    assert not digest_rules.is_last_call(due("visit"))
    assert not digest_rules.is_last_call(due("check-in", life=HOUR))


@pytest.mark.parametrize(
    ("later", "early"),
    [(due("visit", HOUR), True), (due("nudge", HOUR), True), (due("check-in", HOUR), False), (due("check-in"), True)],
)
def test_only_a_check_in_that_is_not_open_yet_is_not_said_early(later: Due, early: bool) -> None:
    assert digest_rules.may_come_early(later, NOW) == early


@pytest.mark.parametrize(
    ("now_due", "later", "until"),
    [
        ([due("visit")], [due("check-in", HOUR)], NOW + HOUR),
        ([due("check-in")], [due("check-in", HOUR), due("check-in", 2 * HOUR)], NOW + 2 * HOUR),
        ([due("visit")], [due("visit", HOUR)], None),
        ([LAST_CALL], [due("check-in", HOUR)], None),
        ([due("visit"), LAST_CALL], [due("check-in", HOUR)], None),
        ([due("check-in", life=90 * timedelta(minutes=1))], [due("check-in", HOUR)], None),
        ([due("visit", -2 * HOUR)], [due("check-in", HOUR)], None),
        ([due("visit")], [], None),
    ],
)
def test_what_is_due_waits_for_a_check_in_that_opens_soon(
    now_due: list[Due], later: list[Due], until: datetime | None
) -> None:
    assert digest_rules.waits_until(now_due, later, NOW) == until


def test_a_visit_leads_and_the_sooner_one_of_two() -> None:
    sooner, later = due("visit", life=HOUR, name="b"), due("visit", life=2 * HOUR)
    assert digest_rules.lead_of([due("check-in"), later, due("nudge"), sooner]) == sooner
    assert digest_rules.lead_of([due("nudge"), due("check-in", name="c")]).kind == "check-in"


@pytest.mark.parametrize(
    ("group", "said", "visits", "waits"),
    [
        ([due("check-in")], 0, 0, False),
        ([due("check-in")], 1, 0, False),
        ([due("check-in")], 2, 0, True),
        ([due("check-in")], 1, 1, True),
        ([due("nudge")], 0, 2, True),
        ([due("visit")], 5, 0, False),
        ([due("visit"), due("check-in")], 2, 0, False),
    ],
)
def test_two_a_day_and_visits_come_first(group: list[Due], said: int, visits: int, waits: bool) -> None:
    assert digest_rules.must_wait(group, said, visits) == waits


@pytest.mark.parametrize(
    ("quiet", "wall"), [(None, 9), (Quiet(time(22), time(8), NEW_YORK), 9), (Quiet(time(22), time(11), NEW_YORK), 11)]
)
def test_the_next_morning_is_the_patients_after_quiet_hours(quiet: Quiet | None, wall: int) -> None:
    assert digest_rules.next_morning(NEW_YORK, quiet, NOW) == datetime(2026, 11, 17, wall + 5, tzinfo=UTC)


def test_case_10_the_day_on_which_clocks_change_has_25_hours() -> None:
    start, end = digest_rules.day_of(NEW_YORK, datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert (start, end - start) == (datetime(2026, 11, 1, 4, tzinfo=UTC), 25 * HOUR)
