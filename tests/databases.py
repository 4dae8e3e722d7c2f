"""Real databases for the tests: a file of SQLite, and a PostgreSQL server of our own, each copied from a template."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN = 30.0  # seconds


@dataclass(frozen=True)
class Postgres:
    port: int

    def url(self, name: str) -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str) -> None:
        command = ["psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "-d", "postgres"]
        subprocess.run([*command, "-c", statement], check=True, capture_output=True)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A server on a free port in a folder of its own, without fsync; another user runs it where we are root."""
    folder = Path(tempfile.mkdtemp(prefix="interlude-pg-"))
    as_user = _as_other_user(folder)
    binaries = _binaries()
    data, port = folder / "data", _free_port()
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
    server = subprocess.Popen(
        [*as_user, str(binaries / "postgres"), "-D", str(data), *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(binaries, port)
        yield Postgres(port)
    finally:
        server.terminate()
        server.wait(20)
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
