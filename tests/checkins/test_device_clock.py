"""The time of an answer, corrected to our clock (case 43)."""

from datetime import UTC, datetime

import pytest

from server.checkins import device_clock


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("answered", "believed"),
    [
        ("2026-11-16 13:00", True),
        ("2026-11-16 14:05", True),
        ("2026-11-16 14:06", False),
        ("2026-10-17 14:00", True),
        ("2026-10-17 13:59", False),
        ("1970-01-01", False),
        ("2199-01-01", False),
    ],
)
def test_case_43_a_phones_clock_is_trusted_within_limits(answered: str, believed: bool) -> None:
    now = utc("2026-11-16 14:00")
    assert device_clock.on_our_clock(utc(answered), None, now) == (utc(answered) if believed else now)


@pytest.mark.parametrize(
    ("answered", "device_time", "ours"),
    [
        ("2026-11-16 13:50", "2026-11-16 13:55", "2026-11-16 13:55"),  # five minutes slow
        ("2026-11-16 15:50", "2026-11-16 16:00", "2026-11-16 13:50"),  # two hours fast
        ("1970-01-01 00:10", "1970-01-01 01:00", "2026-11-16 13:10"),  # no clock at all
        ("2026-11-16 13:50", "2026-11-16 14:00", "2026-11-16 13:50"),
        ("0001-01-01 00:00", "9999-12-31 23:00", "2026-11-16 14:00"),
        ("9999-12-31 23:00", "0001-01-01 00:00", "2026-11-16 14:00"),
        (
            "2199-01-01 00:00",
            "2026-11-16 14:00",
            "2026-11-16 14:00",
        ),  # set right since the answer, so its error is unknown
    ],
)
def test_case_43_the_error_of_a_phones_clock_is_corrected(answered: str, device_time: str, ours: str) -> None:
    assert device_clock.on_our_clock(utc(answered), utc(device_time), utc("2026-11-16 14:00")) == utc(ours)
