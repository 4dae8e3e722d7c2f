"""A staff member with a password and an authenticator app, and light hashing."""

import re
from datetime import datetime

import pyotp
import pytest
from argon2 import PasswordHasher
from httpx import Response

from server.access.staff import passwords
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter, StillClock

PASSWORD = "correct horse battery"


def code_at(secret: str, moment: datetime) -> str:
    return str(pyotp.TOTP(secret).at(moment))


async def offered_secret(device: Browser) -> str:
    found = re.search(r'name="secret" value="(\w+)"', (await device.get("/staff/account")).text)
    assert found is not None
    return found[1]


@pytest.fixture
def light_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real argon2id, with less memory and time than production uses."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64)
    of_nobody = hasher.hash("an account that does not exist")
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_nobodys", lambda: of_nobody)


@pytest.fixture
async def secret(signed_in: Enter, cast: Cast, clock: StillClock) -> str:
    """Maria has set a password and an authenticator app through the pages, and half a minute has passed."""
    maria = await signed_in(cast.maria)
    secret = await offered_secret(maria)
    form = {"password": PASSWORD, "secret": secret, "code": code_at(secret, clock())}
    assert (await maria.submit("/staff/account", form)).url.path == "/staff"
    clock.move(seconds=30)
    return secret


async def enters(device: Browser, code: str, email: str = "maria@harbor.example", password: str = PASSWORD) -> Response:
    return await device.submit("/staff/sign-in", {"email": email, "password": password, "code": code})
