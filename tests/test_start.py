"""What the web and the worker load at start: no library that only another process or a rare page needs."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from server import crypto
from tests.keyring import KEYRING

ROOT = Path(__file__).parent.parent
# Those of our dependencies that may be loaded at start, as pyproject.toml names them.
OF_BOTH = {"aiosqlite", "babel", "cryptography", "phonenumbers", "pysqlite3", "sqlalchemy", "structlog"}
OF_THE_WEB = OF_BOTH | {
    *("argon2-cffi", "brotli", "jinja2", "litestar", "prometheus-client"),
    *("pyotp", "rjsmin", "segno", "tzdata", "uvicorn"),
}
OF_THE_WORKER = OF_BOTH | {"aiohttp", "aiosmtplib", "apscheduler", "brotli", "tzdata"}  # aiohttp loads brotli
WEB = """
from server import settings
from server.commands import web
web.app.create(settings.read())
"""
WORKER = """
from server import settings
from server.commands import worker
from server.worker import construction
construction.make_worker(settings.read())
"""
TELL = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def loaded(script: str) -> set[str]:
    """The dependencies of pyproject.toml that a process has loaded after this script."""
    environment = os.environ | {
        "INTERLUDE_DATABASE_URL": "sqlite://",
        "INTERLUDE_SECRET_KEYS": crypto.dump_keyring(KEYRING),
    }
    ended = subprocess.run([sys.executable, "-c", script + TELL], cwd=ROOT, env=environment, stdout=-1, check=True)
    distributions = packages_distributions()
    owners = {_plain(owner) for name in json.loads(ended.stdout) for owner in distributions.get(name, ())}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return owners & {_plain(re.split(r"[^\w-]", one)[0]) for one in wanted}


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.mark.parametrize(("script", "allowed"), [(WEB, OF_THE_WEB), (WORKER, OF_THE_WORKER)])
def test_a_process_loads_only_what_it_needs_at_start(script: str, allowed: set[str]) -> None:
    assert sorted(loaded(script) - allowed) == []


def test_a_library_that_is_loaded_is_noticed() -> None:
    assert loaded("import apprise\nfrom webauthn import helpers\nimport icalendar\n") >= {
        "apprise",
        "icalendar",
        "webauthn",
    }


def test_the_command_line_loads_no_dependency_before_it_knows_the_command() -> None:
    assert loaded("from server import cli\ncli._parser()\n") == set()
