"""Load fast."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Collect no garbage while a process loads: what it loads stays, and looking through it again and again is slow."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # later collections pass over all of it too
        gc.enable()
