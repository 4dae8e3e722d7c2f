"""Eight hundred random steps: book, move, cancel, answer, crash, jump, 429, 410, pause (cases 1-3, 8, 12-19).

CI takes ten thousand steps after the tests, and `make faults` a hundred thousand.
"""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.faults.life import Deadly
from tests.faults.life_database import open_life_database
from tests.faults.machine import Lives
from tests.faults.states import live

SHARES = 2
STEPS = 400  # a share


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    config = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**config)


@pytest.mark.parametrize("share", range(SHARES))
def test_the_laws_hold_after_random_events_in_any_order(share: int) -> None:
    found = live(STEPS, seed=share)
    assert not found.broken, found.broken
    assert found.steps >= STEPS


def test_case_8_work_that_waited_for_the_worker_may_run_once_the_clock_is_set_right() -> None:
    """A worker died before it recorded what had expired. The clock jumped back an hour and was set right."""
    with open_life_database() as made:
        lives = type("Machine", (Lives,), {"database": made})()
        lives.the_worker_is_killed(Deadly("commit", "before", after=2), seconds=86400)
        lives.the_clock_jumps(seconds=-3600)
        lives.time_passes(seconds=1)
        lives.the_clock_jumps(seconds=3600)
        missed = lives.life.look("SELECT id FROM reminder WHERE state = 'missed'")
        lives.teardown()
    assert (len(missed), lives.broken) == (1, [])
