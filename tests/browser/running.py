"""The real app as an operator runs it: `web` and `worker`, each a process of its own, on a database in a folder.

Two ways in. `running` is for a test that needs its own, such as one with a push service. `open_house` is for all
others together, since starting costs seconds; each finds it with the same cast and nothing else.
"""

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
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
from tests.cast import Cast, gather
from tests.ports import free_port

from .eventually import eventually
from .push_service import LocalPushService
from .running_site import RunningSite

STARTS_WITHIN = 60.0  # seconds
# A test run that is itself killed has no time to tidy up.
CLI = ("/usr/bin/setpriv", "--pdeathsig", "KILL", sys.executable, "-m")


@dataclass(frozen=True)
class Setup:
    """What an operator sets. `push` is a push service's host and port, added to the list of known ones; `program`,
    the command by another name; `address`, what browsers open, where a proxy stands before the app."""

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
    def database_url(self) -> str:
        return f"sqlite:///{self.database}"

    def environment(self) -> dict[str, str]:
        """Without what would make each start compile the whole app anew."""
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
        """What web and worker logged as an error; that a phone went away in the middle of a request is none."""
        lines = [line for name in ("web", "worker") for line in self._log(name).read_text().splitlines()]
        return [line for line in lines if _is_error(line) and "client disconnected" not in line]

    def forget_errors(self) -> None:
        for name in ("web", "worker"):
            os.truncate(self._log(name), 0)

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        with self._log(name).open("ab") as log:
            return subprocess.Popen([*CLI, self.program, name], env=self.environment(), stdout=log, stderr=log)

    async def until_ready(self) -> None:
        """Until web answers and worker has told that it is alive."""

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
async def running(tmp_path: Path, push: LocalPushService | None = None, smtp: str = "") -> AsyncIterator[RunningSite]:
    """The app with the cast in it, its keys those of this process."""
    setup = Setup(tmp_path, f"127.0.0.1:{push.port}" if push else "", smtp)
    cast = await _prepare(setup)
    with _processes(setup):
        await setup.until_ready()
        async with _site(setup, cast) as site:
            yield site
        assert not setup.errors(), "\n".join(setup.errors())


@dataclass(frozen=True)
class House:
    """The app that many tests use, one after the other."""

    setup: Setup
    cast: Cast

    @contextlib.asynccontextmanager
    async def cleared(self) -> AsyncIterator[RunningSite]:
        """With the cast as it was at first, and no trace of the test before; web and worker just go on."""
        await asyncio.to_thread(_restore, self._template, self.setup.database)
        self.setup.forget_errors()
        async with _site(self.setup, self.cast) as site:
            yield site
        assert not self.setup.errors(), "\n".join(self.setup.errors())

    def keep_template(self) -> None:
        shutil.copy(self.setup.database, self._template)

    @property
    def _template(self) -> Path:
        return self.setup.folder / "template.db"


@contextlib.contextmanager
def open_house(folder: Path, program: str = "server.cli", address: str = "") -> Iterator[House]:
    """Its push service is a port that nobody listens at: a device may be subscribed there, and nothing arrives."""
    setup = Setup(folder, "127.0.0.1:9", program=program, address=address)
    kept = House(setup, asyncio.run(_prepare(setup)))
    kept.keep_template()
    with _processes(setup):
        asyncio.run(setup.until_ready())
        yield kept


async def _prepare(setup: Setup) -> Cast:
    (setup.folder / "keys.json").write_text(crypto.dump_keyring(crypto.keyring()))
    database = Database(setup.database_url)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db, system_clock())
    await database.close()
    return cast


@contextlib.contextmanager
def _processes(setup: Setup) -> Iterator[None]:
    started = [setup.start(name) for name in ("web", "worker")]
    try:
        yield
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


def _restore(template: Path, database: Path) -> None:
    """Through SQLite, which waits for whoever reads or writes, and tells those that have it open. What the worker
    says of itself stays, or staff would read that nobody sends."""
    with contextlib.closing(sqlite3.connect(template)) as given, contextlib.closing(sqlite3.connect(database)) as taken:
        beats = _beats(database)
        given.backup(taken, sleep=0.02)
        taken.executemany("INSERT INTO worker_heartbeat (id, ticked_at, stop_reason) VALUES (?, ?, ?)", beats)
        taken.commit()


def _beats(database: Path) -> list[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT id, ticked_at, stop_reason FROM worker_heartbeat").fetchall()


def _is_error(line: str) -> bool:
    try:
        return json.loads(line).get("level") in ("error", "critical")
    except ValueError:
        return "Traceback" in line
