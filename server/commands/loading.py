"""Load fast, and collect garbage rarely."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# The worker collects garbage after this many allocations, instead of 700. By then the objects of a batch of reminders
# have been freed, so a collection is cheap.
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
    """Only for the worker: in the web process, garbage may be a broken-off request that still reads the database."""
    gc.set_threshold(COLLECT_AFTER)
