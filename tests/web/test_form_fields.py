"""Form fields are read with limits."""

import re
from collections.abc import Callable
from datetime import date, time
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest
from litestar.datastructures import FormMultiDict

from server.web import form_fields
from server.web.form_fields import text, typed_in
from tests.browser_without_screen import Browser

ROOT = Path(__file__).parent.parent.parent


class Hand(StrEnum):
    PHONE = "phone"


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


@pytest.mark.parametrize(("typed", "number"), [("12", 12), (" 7 ", 7), ("-3", -3), ("", None)])
def test_a_whole_number_is_read(typed: str, number: int | None) -> None:
    assert form_fields.whole(form(typed), "field") == number


@pytest.mark.parametrize(("typed", "day"), [("2026-12-01", date(2026, 12, 1)), ("", None)])
def test_a_date_is_read(typed: str, day: date | None) -> None:
    assert form_fields.a_date(form(typed), "field") == day


@pytest.mark.parametrize(("typed", "hour"), [("10:00", time(10)), ("23:59", time(23, 59)), ("", None)])
def test_a_time_is_read(typed: str, hour: time | None) -> None:
    assert form_fields.a_time(form(typed), "field") == hour


@pytest.mark.parametrize(("typed", "kind"), [("phone", Hand.PHONE), ("", None)])
def test_a_word_is_read(typed: str, kind: Hand | None) -> None:
    assert form_fields.one_of(form(typed), "field", Hand) == kind


@pytest.mark.parametrize(
    ("read", "typed"),
    [(form_fields.whole, typed) for typed in ("1.5", "1e3", "\u0663", "ten", "--3", "-", "3-", "+3", "9" * 10)]
    + [(form_fields.a_date, typed) for typed in ("2026-02-30", "1.12.2026", "2026-12")]
    + [(form_fields.a_time, typed) for typed in ("24:00", "ten")]
    + [(partial(form_fields.one_of, words=Hand), "pigeon")],
)
def test_case_116_what_a_field_cannot_hold_is_refused_at_that_field(read: Callable[..., object], typed: str) -> None:
    with pytest.raises(form_fields.BadForm) as refused:
        read(form(typed), "field")
    assert list(refused.value.faults) == ["field"]


def test_case_91_a_page_that_gives_text_back_shows_only_what_somebody_typed() -> None:
    """A hidden field holds marks or ids of a page. `place` is an address that somebody typed earlier."""
    names = {
        name
        for path in (ROOT / "server").rglob("*.html")
        for name in re.findall(r'type="hidden"\s+name="(\w+)"', path.read_text())
    }
    assert {"seen", "shown"} < names
    long = "name=25043f651c0d zone=c37a9b5709d4 phone=957dd12275d1"
    ids = {"slug", "who", "caregiver", "sure", "anyway", "place"}  # words and ids too short to be taken for text
    for name in names - ids | {"once"}:
        assert typed_in(FormMultiDict([(name, long), ("note", "Thicker drinks.")])) == ["Thicker drinks."], name


@pytest.mark.parametrize(
    ("charset", "value", "status"), [("utf-8", b"x", 410), ("utf-8", b"\xff", 400), ("nowhere-1", b"x", 400)]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_128_a_multipart_form_is_read_or_refused(
    browser: Browser, charset: str, value: bytes, status: int
) -> None:
    part = f'--a\r\nContent-Disposition: form-data; name="x"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n'
    sent = await browser.http.post(
        "/stop-email/unknown",
        content=part.encode() + value + b"\r\n--a--\r\n",
        headers={"content-type": "multipart/form-data; boundary=a"},
    )
    assert sent.status_code == status


@pytest.mark.parametrize("typed", ["\u200b", " \u2060\ufeff ", "\u3164", "\u0301"])
def test_case_81_a_text_of_which_nothing_can_be_seen_is_no_text(typed: str) -> None:
    """A reason, a note or an outcome that is needed cannot be given by such a text."""
    assert text(FormMultiDict([("reason", typed)]), "reason") == ""
    assert text(FormMultiDict([("reason", f"Fell{typed}")]), "reason") != ""
