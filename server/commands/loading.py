"""Load fast, and collect garbage seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Allocations until the worker looks for garbage, instead of 700. What a batch of reminders makes is gone by then, so
# that a look goes through little.
COLLECT_AFTER = 20_000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Collect no garbage while a process loads: what it loads stays, and looking through it again and again is slow."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # later collections pass over all of it too
        gc.enable()


def collect_seldom() -> None:
    """For the worker alone: in the web, garbage may be a request that was cut off and still reads the database."""
    gc.set_threshold(COLLECT_AFTER)
