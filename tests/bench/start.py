"""How long the web takes to its first answer, and the worker to its first tick, beside loading their two libraries.

Each process gets a database of its own that is set up, and is killed at that moment: what it used until then counts.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from server.db.sqlite_library import sqlite3
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
LIBRARIES = [sys.executable, "-c", "import litestar, sqlalchemy"]
COMMAND = [sys.executable, "-m", "server.cli"]
ROUNDS = 5
LONGEST = 60.0  # seconds
LOOK_AGAIN = 0.005  # seconds


@dataclass(frozen=True)
class Spent:
    cpu: float  # seconds, of all its threads
    wall: float


@dataclass(frozen=True)
class House:
    """A set-up database and its keys; `root` is the checkout whose `server` runs."""

    folder: Path
    port: int
    root: Path = ROOT

    def environment(self) -> dict[str, str]:
        ours = {
            "INTERLUDE_DATABASE_URL": f"sqlite:///{self.folder / 'interlude.db'}",
            "INTERLUDE_SECRET_KEYS": str(self.folder / "keys.json"),
            "PORT": str(self.port),
        }
        return os.environ | ours

    def set_up(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for command in ("keys", "migrate"):
            subprocess.run(
                [*COMMAND, command], cwd=self.root, env=self.environment(), check=True, stdout=subprocess.DEVNULL
            )


def run(folder: Path) -> dict[str, Spent]:
    """The medians of the libraries alone, of the web and of the worker, one after the other in each round."""
    house = House(folder / "house", free_port())
    house.set_up()
    rounds = [one_round(house) for _ in range(ROUNDS)]
    return {name: middle([each[name] for each in rounds]) for name in rounds[0]}


def one_round(house: House) -> dict[str, Spent]:
    return {"libraries": _libraries(house), "web": _web(house), "worker": _worker(house)}


def middle(spent: list[Spent]) -> Spent:
    return Spent(median(each.cpu for each in spent), median(each.wall for each in spent))


def _libraries(house: House) -> Spent:
    return _until(lambda: False, LIBRARIES, house)


def _web(house: House) -> Spent:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/join") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    return _until(answers, [*COMMAND, "web"], house)


def _worker(house: House) -> Spent:
    before = _heartbeats(house)
    return _until(lambda: _heartbeats(house) > before, [*COMMAND, "worker"], house)


def _heartbeats(house: House) -> int:
    with closing(sqlite3.connect(house.folder / "interlude.db")) as database:
        return int(database.execute("SELECT count(*) FROM worker_heartbeat").fetchone()[0])


def _until(is_up: Callable[[], bool], command: list[str], house: House) -> Spent:
    """What the process spent until then, or until it ended by itself."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=house.root, env=house.environment(), stderr=subprocess.DEVNULL)
    for _ in _moments(began):
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended or is_up():
            break
    wall = time.perf_counter() - began
    if not ended:
        process.kill()
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == (0 if command == LIBRARIES else -9), command
    return Spent(used.ru_utime + used.ru_stime, wall)


def _moments(began: float) -> Iterator[None]:
    while time.perf_counter() - began < LONGEST:
        yield
        time.sleep(LOOK_AGAIN)
    raise TimeoutError
