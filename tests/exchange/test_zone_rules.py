"""A zone as observances: rules if the zone follows rules, single changes otherwise, and the same for every year."""

from datetime import UTC, datetime, timedelta

import pytest

from server.exchange.zone_rules import YearlyRule, observances


def forever(zone: str) -> list[tuple[str, int, str, tuple[int, ...]]]:
    rules = ((seen.kind, seen.rule) for seen in observances(zone, 2027))
    return [
        ("daylight" if kind.daylight else "standard", rule.month, rule.by_day, rule.by_month_day)
        for kind, rule in rules
        if rule and rule.until is None
    ]


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("America/New_York", [("daylight", 3, "2SU", ()), ("standard", 11, "1SU", ())]),
        ("Europe/Dublin", [("daylight", 3, "-1SU", ()), ("standard", 10, "-1SU", ())]),
        ("Asia/Jerusalem", [("standard", 10, "-1SU", ()), ("daylight", 3, "FR", (23, 24, 25, 26, 27, 28, 29))]),
        ("Asia/Kolkata", []),
        ("Africa/Casablanca", []),
    ],
)
def test_case_109_a_zones_rule_is_found(zone: str, rules: list[tuple[str, int, str, tuple[int, ...]]]) -> None:
    assert forever(zone) == rules


def test_case_109_a_rule_that_spans_two_months_becomes_two_rules() -> None:
    assert forever("Africa/Cairo")[1:] == [
        ("standard", 10, "FR", (26, 27, 28, 29, 30, 31)),
        ("standard", 11, "FR", (1,)),
    ]


def test_case_109_a_rule_that_ended_has_an_end_date() -> None:
    [old] = [seen for seen in observances("America/New_York", 2027) if seen.rule and seen.rule.month == 4]
    assert (old.onset, old.kind.after) == (datetime(2000, 4, 2, 2), timedelta(hours=-4))
    assert old.rule == YearlyRule(4, "1SU", (), datetime(2006, 4, 3, 7, tzinfo=UTC))


def test_a_zone_without_changes_is_one_observance() -> None:
    [always] = observances("Asia/Kolkata", 2027)
    assert (always.onset, always.rule) == (datetime(1970, 1, 1), None)
    assert always.kind.before == always.kind.after == timedelta(hours=5, minutes=30)


def test_files_of_all_years_since_2001_describe_a_zone_alike() -> None:
    assert observances("Europe/Berlin", 2026) == observances("Europe/Berlin", 2040)


def test_an_earlier_visit_gets_earlier_changes() -> None:
    first, *later = observances("America/New_York", 1975)
    assert first.onset == datetime(1970, 1, 1)
    assert later[0].onset == datetime(1974, 1, 6, 2)


def test_a_rule_may_name_a_day_of_the_month() -> None:
    baghdad = {(seen.rule.month, seen.rule.by_month_day) for seen in observances("Asia/Baghdad", 2027) if seen.rule}
    assert baghdad == {(4, (1,)), (10, (1,))}
