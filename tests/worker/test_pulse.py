"""Which ticks have stopped, and when each one runs next (case 133)."""

import pytest

from server.worker.pulse import Pulse


@pytest.fixture
def pulse() -> Pulse:
    return Pulse({"send": 10, "close": 60}, 0.0)


def run(pulse: Pulse, name: str, at: float, failed: bool = False) -> None:
    pulse.begins(name, at)
    pulse.ends(name, at + 1, failed)


def test_case_133_a_tick_is_silent_after_three_of_its_own_periods(pulse: Pulse) -> None:
    assert pulse.silent(30) == frozenset()
    assert pulse.silent(30.1) == {"send"}
    assert pulse.silent(180.1) == {"send", "close"}
    run(pulse, "send", 180)
    assert pulse.silent(180.1) == {"close"}


def test_case_133_a_failed_run_does_not_count(pulse: Pulse) -> None:
    for at in (10, 20, 30):
        run(pulse, "send", at, failed=True)
    assert pulse.silent(31) == {"send"}


def test_case_133_a_silence_is_reported_once_until_the_tick_runs_again(pulse: Pulse) -> None:
    assert pulse.newly_silent(40) == [("send", 40)]
    assert pulse.newly_silent(50) == []
    run(pulse, "send", 60)
    assert pulse.newly_silent(70) == []
    assert pulse.newly_silent(92) == [("send", 31)]


def test_the_next_run_is_a_period_after_the_last_began(pulse: Pulse) -> None:
    run(pulse, "close", 100)
    assert [pulse.next_run("close", now) for now in (101, 130, 160, 300)] == [59, 30, 0, 0]


def test_a_tick_that_is_still_running_waits_for_its_whole_period(pulse: Pulse) -> None:
    pulse.begins("close", 100)
    assert pulse.next_run("close", 159) == 60
