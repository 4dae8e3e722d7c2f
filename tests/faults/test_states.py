"""Eight hundred random steps of book, move, cancel, answer, crash, jump, 429, 410, pause (cases 1-3, 8, 12-19).

CI takes ten thousand after the tests, `make faults` a hundred thousand.
"""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.faults.states import live

SHARES = 2
STEPS = 400  # a share


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    held = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**held)


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_comes_in_whatever_order_the_laws_hold(share: int) -> None:
    found = live(STEPS, seed=share)
    assert not found.broken, found.broken
    assert found.steps >= STEPS
