"""Fixtures for all: real SQLite and real PostgreSQL, a clock that stands still, the app, the cast, browsers."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
import structlog
from litestar import Litestar

from server import app as composition
from server import crypto, migrations
from server.access import rules
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.db import Database
from server.people.models import Caregiver, Patient, Staff
from server.settings import Settings
from server.web.assets import Assets
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, gather, meet, work_by
from tests.databases import Postgres, postgres_server, statements_compiled_once, write_in_memory

KEYRING = crypto.new_keyring()
# A busy machine is no failure.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


NEEDS_MORE = ("tests/browser", "tests/journeys", "tests/webkit", "tests/faults")  # a browser, or minutes


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what needs no browser and no PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    write_in_memory()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        slow = [item for item in items if not _is_quick(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if _is_quick(item)]


def _is_quick(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    needs_postgres = "postgres" in getattr(item, "fixturenames", ()) or (call and "postgres" in call.params.values())
    return not needs_postgres and not item.nodeid.startswith(NEEDS_MORE)


@dataclass
class StillClock:
    """Time is passed in: it moves only when a test moves it."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Errors on one page: structlog's own default draws every local variable, which takes seconds."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )


@pytest.fixture(autouse=True)
def keyring() -> crypto.Keyring:
    crypto.use(KEYRING)
    return KEYRING


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


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
    """Both databases, one after the other; a test that asks for `database` runs on each."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    held = Database(database_url)
    yield held
    await held.close()


@pytest.fixture
async def cast(database: Database) -> Cast:
    """The people of the tests, who are in the database already."""
    async with database.reading() as db:
        return await meet(db)


@pytest.fixture(scope="session", autouse=True)
def assets_once() -> Iterator[None]:
    """Every app serves the same assets; compressing them takes longer than most tests."""
    assets = Assets()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "Assets", lambda: assets)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_compiler() -> Iterator[None]:
    with statements_compiled_once():
        yield


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        base_url="https://localhost",
        secret_keys=crypto.dump_keyring(KEYRING),
        push_subject="mailto:push@interlude.example",
    )


@pytest.fixture(scope="session")
def composed() -> Litestar:
    """The app, put together once: that takes longer than most tests."""
    settings = Settings(base_url="https://localhost", secret_keys=crypto.dump_keyring(KEYRING))
    return composition.create(settings)


@pytest.fixture
async def app(composed: Litestar, settings: Settings, database: Database, clock: StillClock) -> AsyncIterator[Litestar]:
    """The app with this test's settings, clock, and a database of its own, as in another process."""
    held = Database(settings.database_url)
    composed.state.update({"settings": settings, "clock": clock, "database": held})
    yield composed
    await held.close()


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Browser]:
    """A device that nobody is signed in on."""
    device = Browser(app)
    yield device
    await device.close()


Enter = Callable[[Patient | Caregiver | Staff], Awaitable[Browser]]


@pytest.fixture
async def signed_in(app: Litestar, database: Database, clock: StillClock, cast: Cast) -> AsyncIterator[Enter]:
    """`await signed_in(cast.rosa)` is a browser that she is signed in on, by the real pages."""
    opened: list[Browser] = []

    async def enter(person: Patient | Caregiver | Staff) -> Browser:
        device = Browser(app)
        opened.append(device)
        if isinstance(person, Staff):
            await _enter_by_link(device, database, person, clock())
        else:
            await _join(device, database, cast, person, clock())
        return device

    yield enter
    for device in opened:
        await device.close()


async def _enter_by_link(device: Browser, database: Database, staff: Staff, now: datetime) -> None:
    async with database.writing() as db:
        token = await staff_accounts.make_link(work_by(db, staff, now), staff)
    entered = await device.submit("/staff/link", {"token": token})
    assert entered.url.path == "/staff", entered.text


async def _join(device: Browser, database: Database, cast: Cast, person: Patient | Caregiver, now: datetime) -> None:
    async with database.writing() as db:
        patient = person if isinstance(person, Patient) else await db.get_one(Patient, person.patient_id)
        caregiver = person if isinstance(person, Caregiver) else None
        code = await joining.issue_pairing(work_by(db, cast.maria, now), patient, caregiver)
    joined = await device.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    assert joined.url.path == "/reminders", joined.text
