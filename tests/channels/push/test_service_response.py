"""How we read a push service's response, and how long it asks us to wait (cases 22 to 27)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.channels.protocol import Outcome, Result
from server.channels.push.service_response import outcome_of, retry_after
from tests.examples import examples

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SIX_HOURS = 6 * 3600.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1000000000", SIX_HOURS),
        ("9" * 5000, SIX_HOURS),
        ("-" + "9" * 5000, 0.0),
        ("Mon, 23 Nov 2026 10:02:00 GMT", 120.0),
        ("Monday, 23-Nov-26 10:02:00 GMT", 120.0),
        ("Mon Nov 23 10:02:00 2026", 120.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", SIX_HOURS),
        ("", None),
        ("soon", None),
        ("1e9", None),
        ("1.5", None),
        ("+5", None),
        ("٣", None),
        ("nan", None),
        ("inf", None),
        ("120, 240", None),
        ("2026-11-23T10:02:00Z", None),
        ("Mon, 99 Nov 2026 10:02:00 GMT", None),
        ("Mon, 23 Nov 2026 10:02:00 +9999", None),
        ("Mon, 23 Nov 99999 10:02:00 GMT", None),
    ],
)
def test_case_22_retry_after_is_read_and_clamped(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@settings(derandomize=True, database=None, max_examples=examples(300), deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="MonTueFri, 0123456789:-GMT+", max_size=40))
def test_case_22_no_retry_after_raises_an_error(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= SIX_HOURS


def test_case_22_the_wait_starts_now() -> None:
    assert retry_after("Mon, 23 Nov 2026 10:02:00 GMT", NOW + timedelta(seconds=90)) == 30.0


@pytest.mark.parametrize(
    ("statuses", "result"),
    [
        ((200, 201, 202, 204), Result.ACCEPTED),
        ((404, 410), Result.GONE),
        ((400, 401, 403), Result.REFUSED),
        ((402, 405, 409, 411, 413, 414, 418, 422, 431, 451), Result.REJECTED),
        ((300, 301, 302, 303, 304, 307, 308), Result.REJECTED),
        ((406, 408, 429), Result.LATER),
        ((500, 501, 502, 503, 504, 507, 511, 599), Result.LATER),
        ((0, 100, 101, 199, 600, 999), Result.UNKNOWN),
    ],
)
def test_cases_23_to_26_the_outcome_of_each_status(statuses: tuple[int, ...], result: Result) -> None:
    assert {outcome_of(status).result for status in statuses} == {result}


def test_only_an_outcome_that_is_retried_has_a_wait() -> None:
    assert outcome_of(503, 30.0) == Outcome(Result.LATER, 503, "", 30.0)
    assert outcome_of(410, 30.0).retry_after is None


def test_case_27_a_redirect_is_reported_as_one() -> None:
    assert outcome_of(307).reason == "redirect, not followed"
