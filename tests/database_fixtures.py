"""Database fixtures: SQLite and PostgreSQL, copied for each test from a template that is built once."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from server import crypto, migrations
from server.db import Database
from tests.cast import Cast, gather, meet
from tests.databases import Postgres, postgres_server, statements_compiled_once
from tests.keyring import KEYRING


@pytest.fixture(scope="session", autouse=True)
def one_compiler() -> Iterator[None]:
    with statements_compiled_once():
        yield


# Two templates of each database, copied for each test: one with the schema alone, one with the cast in it.
TEMPLATES = ("empty", "with_cast")


def _template_for(request: pytest.FixtureRequest) -> str:
    return "with_cast" if "cast" in request.fixturenames else "empty"


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("templates")
    for name in TEMPLATES:
        asyncio.run(_prepare(f"sqlite:///{folder / name}.db", name == "with_cast"))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        for name in TEMPLATES:
            server.sql(f"CREATE DATABASE {name}")
            asyncio.run(_prepare(server.url(name), name == "with_cast"))
        yield server


async def _prepare(url: str, with_cast: bool) -> None:
    crypto.use(KEYRING)
    database = Database(url)
    await migrations.upgrade(database)
    if with_cast:
        async with database.writing() as db:
            await gather(db)
    await database.close()


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_templates: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_templates / f"{_template_for(request)}.db", tmp_path / "interlude.db")
    return f"sqlite:///{tmp_path / 'interlude.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    postgres.copy(_template_for(request), name)
    yield postgres.url(name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A test that uses this, or `database`, runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def cast(database: Database) -> Cast:
    """The named people of the tests. The template of the database already holds them."""
    async with database.reading() as db:
        return await meet(db)
