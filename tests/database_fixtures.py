"""Database fixtures: SQLite and PostgreSQL, copied for each test from a template that is built once."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from server import crypto, migrations
from server.db import Database
from server.db import database as db_module
from tests.cast import Cast, gather, meet
from tests.databases import Postgres, postgres_server, statements_compiled_once
from tests.keyring import KEYRING


@pytest.fixture(scope="session", autouse=True)
def one_compiler() -> Iterator[None]:
    with statements_compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def no_pause_for_other_processes() -> Iterator[None]:
    """A test's databases are its own: nobody else waits to write to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_module, "PAUSE", 0.0)
        yield


# Two templates of each database, copied for each test: one with the schema alone, one with the cast in it.
EMPTY, WITH_CAST = "empty", "with_cast"


def _template_for(request: pytest.FixtureRequest) -> str:
    return WITH_CAST if "cast" in request.fixturenames else EMPTY


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("templates")
    empty, with_cast = folder / f"{EMPTY}.db", folder / f"{WITH_CAST}.db"
    asyncio.run(_migrate(f"sqlite:///{empty}"))
    shutil.copy(empty, with_cast)
    asyncio.run(_gather(f"sqlite:///{with_cast}"))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        server.sql(f"CREATE DATABASE {EMPTY}")
        asyncio.run(_migrate(server.url(EMPTY)))
        server.copy(EMPTY, WITH_CAST)
        asyncio.run(_gather(server.url(WITH_CAST)))
        yield server


async def _migrate(url: str) -> None:
    crypto.use(KEYRING)
    database = Database(url)
    await migrations.upgrade(database)
    await database.close()


async def _gather(url: str) -> None:
    crypto.use(KEYRING)
    database = Database(url)
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
