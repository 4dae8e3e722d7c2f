"""Real databases for the tests: an SQLite file, or a PostgreSQL server that the tests start, copied from a template."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine

from server.db import Database
from tests.ports import free_port

STARTS_WITHIN = 30.0  # seconds


ENOUGH_MEMORY = 4 * 2**30  # bytes


def write_in_memory() -> None:
    """Puts temporary files in memory if there is room, because the tests make and drop two thousand databases."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH_MEMORY:
        os.environ["TMPDIR"] = str(memory)  # other processes inherit it
        tempfile.tempdir = None


@contextmanager
def statements_compiled_once() -> Iterator[None]:
    """Shares compiled statements between the engines of all tests."""
    first: dict[str, Engine] = {}
    begin = Database.__init__

    def begun(self: Database, url: str, lock_timeout: float | None = None) -> None:
        begin(self, url, lock_timeout)
        engine = self.engine.sync_engine
        first_engine = first.get(engine.dialect.name)
        if first_engine is None or getattr(first_engine.dialect, "server_version_info", None) is None:
            first[engine.dialect.name] = engine
        else:
            engine.dialect, engine._compiled_cache = first_engine.dialect, first_engine._compiled_cache

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "__init__", begun)
        yield


class Postgres:
    """A PostgreSQL server for the tests. Statements about databases use one open connection, in a thread."""

    def __init__(self, port: int, begin: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        """`begin` starts the server and waits until it is ready."""
        self.port, self._begin = port, begin
        self._process = begin()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection = self._wait_for(asyncpg.connect(self.url("postgres")))

    def restart(self) -> None:
        """Disconnects everybody and restarts, as an update of the server does."""
        self._wait_for(self._connection.close())
        self._process.send_signal(signal.SIGINT)
        self._process.wait(STARTS_WITHIN)
        self._process = self._begin()
        self._connection = self._wait_for(asyncpg.connect(self.url("postgres")))

    def url(self, name: str) -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str) -> None:
        self._wait_for(self._connection.execute(statement))

    def copy(self, template: str, name: str) -> None:
        """Makes a new database with the content of `template`."""
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def close(self) -> None:
        self._wait_for(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._process.terminate()
        self._process.wait(20)

    def _wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STARTS_WITHIN)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A server on a free port in its own folder, without fsync. If we are root, another user runs it."""
    folder = Path(tempfile.mkdtemp(prefix="interlude-pg-"))
    as_user = _as_other_user(folder)
    binaries = _binaries()
    data, port = folder / "data", free_port()
    _run(
        [
            *as_user,
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "tests",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
        ]
    )
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "off",
    }
    settings |= {"synchronous_commit": "off", "full_page_writes": "off", "max_connections": 100}
    flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def begin() -> "subprocess.Popen[bytes]":
        command = [*as_user, str(binaries / "postgres"), "-D", str(data), *flags]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_until_ready(binaries, port)
        return server

    postgres = Postgres(port, begin)
    try:
        yield postgres
    finally:
        postgres.close()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is missing: `make test` installs it on Debian"
    return found[-1].parent


def _as_other_user(folder: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    folder.chmod(0o755)
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=TERM"]


def _wait_until_ready(binaries: Path, port: int) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    ask = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ask, check=False).returncode:
        assert time.monotonic() < ends, "PostgreSQL did not start"
        time.sleep(0.1)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
