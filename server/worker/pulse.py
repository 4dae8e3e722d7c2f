"""Pure: when each tick of a worker last ran by the monotonic clock, which ticks have stopped, when each runs next."""

from collections.abc import Mapping

SILENT_AFTER = 3  # periods without a run


class Pulse:
    """`periods` maps a tick's name to its period in seconds. At the start, every tick counts as just run."""

    def __init__(self, periods: Mapping[str, float], now: float) -> None:
        self._periods = dict(periods)
        self._began = dict.fromkeys(periods, now)
        self._ended = dict.fromkeys(periods, now)
        self._running: set[str] = set()
        self._reported: set[str] = set()

    def begins(self, name: str, now: float) -> None:
        self._began[name] = now
        self._running.add(name)

    def ends(self, name: str, now: float, failed: bool = False) -> None:
        """Record the end of a run. A failed run does not count, so a tick that always fails becomes silent."""
        self._running.discard(name)
        if not failed:
            self._ended[name] = now
            self._reported.discard(name)

    def next_run(self, name: str, now: float) -> float:
        """Seconds until this tick should run again, at most its period. If it is still running, its whole period."""
        every = self._periods[name]
        return every if name in self._running else min(max(self._began[name] + every - now, 0.0), every)

    def silent(self, now: float) -> frozenset[str]:
        """Ticks without a successful run for three of their own periods."""
        return frozenset(
            name for name, every in self._periods.items() if now - self._ended[name] > SILENT_AFTER * every
        )

    def newly_silent(self, now: float) -> list[tuple[str, float]]:
        """Newly silent ticks, each with the seconds since its last run. A tick is returned again only after a run."""
        found = sorted(self.silent(now) - self._reported)
        self._reported.update(found)
        return [(name, now - self._ended[name]) for name in found]
