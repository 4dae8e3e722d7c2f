"""Zones and their clock changes (cases 9, 10, 11): a sample in `make test`, all of them in `make faults`."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.offsets import offsets_of, transitions, zones
from tests.faults.zone_sweep import sweep

SHARES = 4
EVERY = 10  # of the changes of a zone


def test_the_second_computation_knows_new_york() -> None:
    """Nights that other tests state as literal values."""
    offsets = offsets_of("America/New_York")
    assert offsets.moment_of(datetime(2026, 3, 8, 2, 30)) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert offsets.moment_of(datetime(2026, 11, 1, 1, 30)) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert len(transitions("America/New_York")) == 20
    assert transitions("Australia/Lord_Howe")[0].after - transitions("Australia/Lord_Howe")[0].before == timedelta(
        minutes=-30
    )


@pytest.mark.parametrize("share", range(SHARES))
def test_cases_9_and_10_around_every_clock_change_nothing_is_wrong_or_doubled(share: int) -> None:
    chosen = zones()[share::SHARES]
    found = sweep(chosen, EVERY, first=share)
    assert found.wrong == []
    assert found.zones > 100
    assert found.transitions > 50
