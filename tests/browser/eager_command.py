"""The `interlude` command with a worker that escalates each second, so that a journey does not wait half a minute."""

import sys
from dataclasses import replace

from server.cli import main
from server.worker import process, ticks

every_second = [replace(tick, every=1) if tick.name == "escalate" else tick for tick in ticks.TICKS]
process.TICKS = tuple(every_second)  # type: ignore[attr-defined]  # the worker reads this name

if __name__ == "__main__":
    sys.exit(main())
