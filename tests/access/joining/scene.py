"""A new phone that asks to join."""

import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from server.access.rules import CONSENT_VERSION
from tests.browser_without_screen import Browser, words


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[Browser]:
    """A phone that nobody has joined on."""
    device = Browser(app)
    yield device
    await device.close()


async def number_on(phone: Browser) -> str:
    """The number that the phone shows after it has asked to join."""
    page = await phone.submit("/join/ask", {})
    assert page.url.path == "/join/asked"
    shown = re.search(r"\b\d{4} \d{4}\b", words(page))
    assert shown is not None
    return shown[0]


async def agree(phone: Browser) -> str:
    """The waiting page moves on and the person agrees. Returns the path on which the phone ends."""
    state = await phone.get("/join/asked/state", hx_request="true")
    assert state.headers["HX-Redirect"] == "/join/asked"
    notice = await phone.get("/join/asked")
    code = re.search(r'name="code" value="(\d{8})"', notice.text)
    assert code is not None
    return (await phone.submit("/join", {"code": code[1], "agree": CONSENT_VERSION})).url.path


LET_IN = "/settings/phones/add"
