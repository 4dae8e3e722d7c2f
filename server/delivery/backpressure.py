"""A worker pauses sends to a service that does not answer, so that it delays nobody else (case 20)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLOW = 3.0  # seconds without an answer
RESTS_AFTER = 5  # slow failures in a row
REST = 30.0  # seconds


class Pace:
    """The state of one service in one process. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._slow = 0
        self._until = 0.0

    def rests(self) -> bool:
        return self._monotonic() < self._until

    @contextmanager
    def timing(self) -> Iterator[Callable[[bool], None]]:
        """Time one try. The caller reports to the yielded function whether it failed."""
        began = self._monotonic()

        def note(failed: bool) -> None:
            slow = failed and self._monotonic() - began >= SLOW
            self._slow = self._slow + 1 if slow else 0
            if self._slow >= RESTS_AFTER:
                self._until, self._slow = self._monotonic() + REST, 0

        yield note
