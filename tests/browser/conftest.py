from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from . import chromium as debian
from .bidi import Firefox
from .push_service import LocalPushService


@pytest.fixture
async def push_service() -> AsyncIterator[LocalPushService]:
    async with LocalPushService() as service:
        yield service


@pytest.fixture
async def firefox(push_service: LocalPushService) -> AsyncIterator[Firefox]:
    """Stock Firefox at a phone's size, whose pushes come from `push_service`."""
    async with Firefox(push=push_service) as browser:
        await browser.viewport()
        yield browser


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with debian.chromium() as browser:
        yield browser
