"""Fixtures for all tests: a clock that stands still, the app, browsers. Those of databases are in database_fixtures."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_asyncio
import structlog
from litestar import Litestar

from server import app as composition
from server import crypto
from server.access import rules
from server.access.joining import flow as joining
from server.access.staff import accounts as staff_accounts
from server.commands.loading import collect_seldom
from server.db import Database
from server.people.models import Caregiver, Patient, Staff
from server.settings import Settings
from server.web.assets import Assets
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.databases import write_in_memory
from tests.examples import QUICK
from tests.keyring import KEYRING

if TYPE_CHECKING:
    from tests.browser.lent_chromium import LentChromium

pytest_plugins = ["tests.database_fixtures"]

# A slow example is not a failure: the machine may be busy.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=QUICK)
hypothesis.settings.load_profile("house")

# Folders whose tests need a browser, or minutes.
SLOW_FOLDERS = [Path(__file__).parent / name for name in ("browser", "journeys", "webkit", "faults")]
BROWSER_FOLDERS = SLOW_FOLDERS[:2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="only what runs Interlude, and needs no browser, no PostgreSQL and no sweep",
    )


def pytest_configure(config: pytest.Config) -> None:
    write_in_memory()
    if config.getoption("--quick"):
        hypothesis.settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing that `--quick` would leave out."""
    is_left_out = collection_path in SLOW_FOLDERS or _reads_source(collection_path)
    return True if config.getoption("--quick") and is_left_out else None


def _reads_source(path: Path) -> bool:
    return path.name.startswith("test_") and "pytestmark = pytest.mark.source" in path.read_text()


def pytest_collection_finish() -> None:
    """Look through what all tests share once, instead of at each collection of garbage."""
    gc.collect()
    gc.freeze()
    collect_seldom()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if pytest_asyncio.is_async_test(item) and _borrows_chromium(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if config.getoption("--quick"):
        slow = [item for item in items if not _is_quick(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if _is_quick(item)]


def _borrows_chromium(item: pytest.Item) -> bool:
    """Then it runs in the event loop in which Chromium was started: Chromium answers in no other."""
    return item.path.parent in BROWSER_FOLDERS or "lent_chromium" in getattr(item, "fixturenames", ())


def _is_quick(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    needs_postgres = "postgres" in getattr(item, "fixturenames", ()) or (call and "postgres" in call.params.values())
    is_sweep = item.get_closest_marker("sweep") is not None
    return not (needs_postgres or is_sweep)


@dataclass
class StillClock:
    """A clock that moves only when a test moves it."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Keeps logged errors short. By default structlog prints every local variable, which takes seconds."""
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


@pytest.fixture(scope="session", autouse=True)
def assets_once() -> Iterator[None]:
    """Compresses the assets once for every app, because that takes longer than most tests."""
    assets = Assets()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "Assets", lambda: assets)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lent_chromium() -> AsyncIterator["LentChromium"]:
    from tests.browser.lent_chromium import LentChromium

    lent = LentChromium()
    yield lent
    await lent.close()


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
    """The app, composed once for all tests, because that takes longer than most tests."""
    settings = Settings(base_url="https://localhost", secret_keys=crypto.dump_keyring(KEYRING))
    return composition.create(settings)


@pytest.fixture
async def app(composed: Litestar, settings: Settings, database: Database, clock: StillClock) -> AsyncIterator[Litestar]:
    """The app with this test's settings and clock, and its own connections, as if it ran in another process."""
    opened = Database(settings.database_url)
    composed.state.update({"settings": settings, "clock": clock, "database": opened})
    yield composed
    await opened.close()


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Browser]:
    """A browser that nobody is signed in on."""
    device = Browser(app)
    yield device
    await device.close()


Enter = Callable[[Patient | Caregiver | Staff], Awaitable[Browser]]


@pytest.fixture
async def signed_in(app: Litestar, database: Database, clock: StillClock, cast: Cast) -> AsyncIterator[Enter]:
    """`await signed_in(cast.rosa)` returns a browser in which Rosa has signed in through the real pages."""
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
    entered = await device.submit_and_stay("/staff/link", {"token": token})
    assert entered.headers.get("location") == "/staff", entered.text


async def _join(device: Browser, database: Database, cast: Cast, person: Patient | Caregiver, now: datetime) -> None:
    async with database.writing() as db:
        patient = person if isinstance(person, Patient) else await db.get_one(Patient, person.patient_id)
        caregiver = person if isinstance(person, Caregiver) else None
        code = await joining.issue_pairing(work_by(db, cast.maria, now), patient, caregiver)
    joined = await device.submit_and_stay("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    assert joined.headers.get("location") == "/reminders", joined.text
