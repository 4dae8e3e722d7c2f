"""How much of a core a worker uses that has nothing to send. It reads /proc, so that it runs on Linux alone."""

import os
import subprocess
import time
from pathlib import Path

from tests.bench.start import COMMAND, House
from tests.ports import free_port

SETTLES = 30.0  # seconds: the first ticks load what they need
WATCHED = 120.0  # seconds: each recurring tick comes at least once


def run(folder: Path) -> float:
    """The share of a core, in per cent."""
    house = House(folder / "house", free_port())
    house.set_up()
    worker = subprocess.Popen([*COMMAND, "worker"], cwd=house.root, env=house.environment(), stderr=subprocess.DEVNULL)
    try:
        time.sleep(SETTLES)
        before = _cpu_seconds(worker.pid)
        time.sleep(WATCHED)
        return 100 * (_cpu_seconds(worker.pid) - before) / WATCHED
    finally:
        worker.kill()
        worker.wait()


def _cpu_seconds(pid: int) -> float:
    """Of all threads, in the program and in the kernel. Fails if the process has ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert fields[0] != "Z", "the worker ended by itself"
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
