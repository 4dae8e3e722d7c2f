"""How long a check-in stays open."""

from datetime import UTC, datetime

import pytest

from server.checkins import rules
from server.checkins.rules import CheckInState


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "now", "is_open"),
    [
        ("waiting", "2026-10-26 12:59", False),
        ("waiting", "2026-10-26 13:00", True),
        ("waiting", "2026-10-29 12:59", True),
        ("waiting", "2026-10-29 13:00", False),
        ("done", "2026-10-26 13:00", False),
        ("cancelled", "2026-10-26 13:00", False),
        ("missed", "2026-10-26 13:00", False),
    ],
)
def test_a_check_in_is_open_from_its_due_time_until_it_closes(state: CheckInState, now: str, is_open: bool) -> None:
    assert rules.is_open(state, utc("2026-10-26 13:00"), utc("2026-10-29 13:00"), utc(now)) == is_open
