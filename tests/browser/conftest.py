import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from server import crypto

from . import running
from .bidi import Firefox
from .lent_chromium import LentChromium
from .push_service import LocalPushService
from .running_site import RunningSite

expect.set_options(timeout=20_000)  # ms; the machine may be busy
HOUSE = pytest.StashKey[running.House]()


@pytest_asyncio.fixture(loop_scope="session")
async def push_service() -> AsyncIterator[LocalPushService]:
    async with LocalPushService() as service:
        yield service


@pytest_asyncio.fixture(loop_scope="session")
async def firefox(push_service: LocalPushService) -> AsyncIterator[Firefox]:
    """Stock Firefox at a phone's size, with pushes from `push_service`."""
    async with Firefox(push=push_service) as browser:
        await browser.viewport()
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(lent_chromium: LentChromium) -> AsyncIterator[Browser]:
    async with lent_chromium.lend() as browser:
        yield browser


@pytest.fixture
def house(
    request: pytest.FixtureRequest, keyring: crypto.Keyring, tmp_path_factory: pytest.TempPathFactory
) -> running.House:
    """The running app, started when a test first needs it, in whichever folder. It runs until all tests have ended."""
    config = request.config
    if HOUSE not in config.stash:
        stack = contextlib.ExitStack()
        config.add_cleanup(stack.close)
        config.stash[HOUSE] = stack.enter_context(running.open_house(tmp_path_factory.mktemp("house")))
    return config.stash[HOUSE]


@pytest_asyncio.fixture(loop_scope="session")
async def site(house: running.House) -> AsyncIterator[RunningSite]:
    """The app as it really runs, with the named cast and nothing else in it."""
    async with house.cleared() as site:
        yield site
