"""Load fast, and collect garbage seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Allocations until the worker collects garbage, instead of 700. The objects of a batch of reminders are freed by then,
# so that a collection is cheap.
COLLECT_AFTER = 20_000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Collect no garbage while a process loads: loaded modules are never freed."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # later collections skip all of it too
        gc.enable()


def collect_seldom() -> None:
    """For the worker alone: in the web, garbage may be a request that was cut off and still reads the database."""
    gc.set_threshold(COLLECT_AFTER)
