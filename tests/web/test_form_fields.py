"""Form fields are read with limits."""

from datetime import date, time

import pytest
from litestar.datastructures import FormMultiDict

from server.web import form_fields


def form(value: str) -> FormMultiDict:
    return FormMultiDict({"field": value})


def test_a_text_is_trimmed_and_never_cut() -> None:
    assert form_fields.text(form("  Rosa  "), "field") == "Rosa"
    assert form_fields.text(form(f" {'x' * form_fields.LONGEST} "), "field") == "x" * form_fields.LONGEST
    for typed, longest in (("x" * 5000, form_fields.LONGEST), ("Rosa Delgado", 4)):
        with pytest.raises(form_fields.TooLong):
            form_fields.text(form(typed), "field", longest)
    assert form_fields.text(form("x"), "another") == ""


def test_every_value_of_a_repeated_field_is_read() -> None:
    several = FormMultiDict([("day", "0"), ("day", "2")])
    assert form_fields.texts(several, "day") == ["0", "2"]
    assert form_fields.texts(several, "week") == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), (" 7 ", 7), ("-3", -3), ("", None), ("1.5", None), ("1e3", None), ("\u0663", None), ("ten", None)],
)
def test_a_whole_number_is_read(typed: str, number: int | None) -> None:
    assert form_fields.whole(form(typed), "field") == number


@pytest.mark.parametrize("typed", ["--3", "-", "3-", "+3"])
def test_text_that_only_looks_like_a_number_is_none(typed: str) -> None:
    assert form_fields.whole(form(typed), "field") is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-12-01", date(2026, 12, 1)), ("2026-02-30", None), ("1.12.2026", None), ("", None), ("2026-12", None)],
)
def test_a_date_is_read(typed: str, day: date | None) -> None:
    assert form_fields.a_date(form(typed), "field") == day


@pytest.mark.parametrize(
    ("typed", "hour"), [("10:00", time(10)), ("23:59", time(23, 59)), ("24:00", None), ("ten", None), ("", None)]
)
def test_a_time_is_read(typed: str, hour: time | None) -> None:
    assert form_fields.a_time(form(typed), "field") == hour
