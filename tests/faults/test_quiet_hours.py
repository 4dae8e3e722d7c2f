"""What the worker sends in quiet hours, and what it must not lose. CI lives through more such days after the tests."""

from tests.faults.quiet_days import live


def test_cases_152_to_155_nothing_sounds_in_quiet_hours_and_nothing_useful_is_lost() -> None:
    found = live(2, first=7)
    assert not found.broken, found.broken
    assert found.lives == 2
