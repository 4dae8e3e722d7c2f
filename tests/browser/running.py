"""The real app as an operator runs it: `web` and `worker`, each a process of its own, on a database in a folder.

`running` starts one for a single test, such as one with a push service. `open_house` starts one for all other tests,
because starting takes seconds. Each test finds it with the same cast and nothing else.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from server import crypto, migrations
from server.clock import system_clock
from server.db import Database
from server.db.sqlite_library import sqlite3
from tests.cast import Cast, gather
from tests.ports import free_port

from .eventually import eventually
from .push_service import LocalPushService
from .running_site import RunningSite

STARTS_WITHIN = 60.0  # seconds
# The app has the real clock: a test of a visit must not depend on the weekend that it runs on.
AROUND_THE_CLOCK = {str(day): ["00:00", "00:00"] for day in range(7)}
# A killed test run cannot tidy up.
CLI = ("/usr/bin/setpriv", "--pdeathsig", "KILL", sys.executable, "-m")


@dataclass(frozen=True)
class Setup:
    """The operator's settings. `push` is the host and port of a push service, added to the list of known ones.

    `program` is the command under another name. `address` is what browsers open if a proxy stands before the app.
    """

    folder: Path
    push: str = ""
    smtp: str = ""
    program: str = "server.cli"
    port: int = field(default_factory=lambda: free_port())
    address: str = ""

    @property
    def base_url(self) -> str:
        return self.address or self._own_address

    @property
    def _own_address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "interlude.db"

    @property
    def template(self) -> Path:
        return self.folder / "template.db"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database}"

    def environment(self) -> dict[str, str]:
        """The environment, without variables that would make each start compile the whole app again."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {
            "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "interlude-pycache")),
            "INTERLUDE_DATABASE_URL": self.database_url,
            "INTERLUDE_BASE_URL": self.base_url,
            "INTERLUDE_SECRET_KEYS": str(self.folder / "keys.json"),
            "INTERLUDE_PUSH_SERVICES": self.push,
            "INTERLUDE_SMTP_URL": self.smtp,
            "PORT": str(self.port),
        }

    def errors(self) -> list[str]:
        """The errors in the logs of web and worker, except that a phone disconnected during a request."""
        lines = [line for name in ("web", "worker") for line in self._log(name).read_text().splitlines()]
        return [line for line in lines if _is_error(line) and "client disconnected" not in line]

    def forget_errors(self) -> None:
        for name in ("web", "worker"):
            os.truncate(self._log(name), 0)

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        with self._log(name).open("ab") as log:
            return subprocess.Popen([*CLI, self.program, name], env=self.environment(), stdout=log, stderr=log)

    async def until_ready(self) -> None:
        """Waits until web answers and the worker has reported a heartbeat."""

        async def look() -> bool:
            try:
                async with client.get(f"{self._own_address}/health/ready") as answer:
                    return answer.status == 200 and bool(_beats(self.database))
            except aiohttp.ClientError:
                return False

        async with aiohttp.ClientSession() as client:
            try:
                await eventually(look, "the app to be ready", STARTS_WITHIN)
            except AssertionError as error:
                error.add_note(self._log("web").read_text()[-4000:])
                raise

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


@contextlib.asynccontextmanager
async def running(
    tmp_path: Path, push: LocalPushService | None = None, smtp: str = "", program: str = "server.cli"
) -> AsyncIterator[RunningSite]:
    """The running app with the cast in it, and with this process's keys."""
    setup = Setup(tmp_path, f"127.0.0.1:{push.port}" if push else "", smtp, program)
    cast = await _prepare(setup)
    with _processes(setup):
        await setup.until_ready()
        async with _site(setup, cast) as site:
            yield site
        assert not setup.errors(), "\n".join(setup.errors())


@dataclass(frozen=True)
class House:
    """The app that many tests use one after another."""

    setup: Setup
    cast: Cast
    web: "subprocess.Popen[bytes]"

    @contextlib.asynccontextmanager
    async def cleared(self) -> AsyncIterator[RunningSite]:
        """The app with the original cast and no trace of the previous test. Web and worker keep running.

        A request that a closed browser has left behind ends before its rows go.
        """
        await eventually(lambda: _rests(self.web.pid), "web to answer the last request")
        await asyncio.to_thread(_restore, self.setup.template, self.setup.database)
        self.setup.forget_errors()
        async with _site(self.setup, self.cast) as site:
            yield site
        assert not self.setup.errors(), "\n".join(self.setup.errors())


@contextlib.contextmanager
def open_house(folder: Path, program: str = "server.cli", address: str = "") -> Iterator[House]:
    """Nobody listens on the port of its push service. A device may be subscribed there, and nothing arrives."""
    setup = Setup(folder, "127.0.0.1:9", program=program, address=address)
    cast = asyncio.run(_prepare(setup))
    shutil.copy(setup.database, setup.template)
    with _processes(setup) as (web, _):
        asyncio.run(setup.until_ready())
        yield House(setup, cast, web)


async def _prepare(setup: Setup) -> Cast:
    (setup.folder / "keys.json").write_text(crypto.dump_keyring(crypto.keyring()))
    database = Database(setup.database_url)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db, system_clock())
        for clinic in (cast.harbor, cast.mesa):
            clinic.staffed_hours = AROUND_THE_CLOCK
    await database.close()
    return cast


@contextlib.contextmanager
def _processes(setup: Setup) -> Iterator["list[subprocess.Popen[bytes]]"]:
    started = [setup.start(name) for name in ("web", "worker")]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait(10)


@contextlib.asynccontextmanager
async def _site(setup: Setup, cast: Cast) -> AsyncIterator[RunningSite]:
    database = Database(setup.database_url)
    try:
        yield RunningSite(setup.base_url, database, cast)
    finally:
        await database.close()


async def _rests(pid: int) -> bool:
    """Whether all threads of the process have waited for a moment, without a moment of CPU."""
    with contextlib.suppress(OSError):  # a thread ends meanwhile
        before = _threads(pid)
        await asyncio.sleep(0.05)
        return before == _threads(pid) and all(state == "S" for state, *_ in before)
    return False


def _threads(pid: int) -> list[list[str]]:
    """The state of each thread, its user time and its system time."""
    found = [task.read_text().rpartition(") ")[2].split() for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    return [[fields[0], *fields[11:13]] for fields in found]


def _restore(template: Path, database: Path) -> None:
    """Restores through SQLite, which waits for other readers and writers and informs them.

    The worker's heartbeat stays, because without it staff would read that no worker sends.
    """
    with contextlib.closing(sqlite3.connect(template)) as given, contextlib.closing(sqlite3.connect(database)) as taken:
        beats = _beats(database)
        given.backup(taken, sleep=0.02)
        taken.executemany(
            "INSERT OR REPLACE INTO worker_heartbeat (id, ticked_at, stop_reason) VALUES (?, ?, ?)", beats
        )
        taken.commit()


def _beats(database: Path) -> list[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT id, ticked_at, stop_reason FROM worker_heartbeat").fetchall()


def _is_error(line: str) -> bool:
    try:
        return json.loads(line).get("level") in ("error", "critical")
    except ValueError:
        return "Traceback" in line
