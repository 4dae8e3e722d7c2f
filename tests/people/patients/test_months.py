"""Months are known by their names in both languages (case 83)."""

from server.people.patients.months import months


def test_case_83_a_month_has_its_name_in_each_language() -> None:
    assert {months()[name] for name in ("march", "mar", "marzo")} == {3}
    assert set(months().values()) == set(range(1, 13))
