"""Load fast, and collect garbage seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Allocations until a process looks for garbage, instead of 700. What a request or a batch of reminders makes is gone
# by then, so that a look goes through little.
COLLECT_AFTER = 20_000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Collect no garbage while a process loads: what it loads stays, and looking through it again and again is slow."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # later collections pass over all of it too
        gc.set_threshold(COLLECT_AFTER)
        gc.enable()
