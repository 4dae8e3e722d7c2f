"""The rivals do the whole work that they are measured at."""

import asyncio
from pathlib import Path
from types import ModuleType

import pytest

from server import crypto
from tests.bench.rivals import async_loop, crypto_limit, polling_loop, scheduler, store
from tests.channels.push_service import Phone, PushService


@pytest.mark.parametrize("rival", [polling_loop, async_loop, scheduler], ids=lambda rival: rival.__name__)
async def test_a_rival_sends_each_reminder_once_signed_and_encrypted(rival: ModuleType, tmp_path: Path) -> None:
    path, key = tmp_path / "rival.db", next(iter(crypto.new_keyring().vapid.values()))
    async with PushService().running() as service:
        endpoints = [f"http://127.0.0.1:{service.port}/{number}" for number in range(3)]
        await asyncio.to_thread(rival.fill, path, endpoints)
        assert store.unsent(path) == 3
        await asyncio.to_thread(rival.send_all, path, key)
    assert store.unsent(path) == 0
    assert sorted(came.path for came in service.came) == ["/0", "/1", "/2"]
    for came in service.came:
        assert came.headers["Authorization"].startswith("vapid t=")
        assert came.headers["Content-Encoding"].lower() == "aes128gcm"


def test_a_browser_opens_what_the_crypto_limit_encrypts() -> None:
    phone = Phone()
    address = phone.address("")
    body = crypto_limit.encrypted(b"a visit", crypto.unb64(address.p256dh), crypto.unb64(address.auth))
    assert phone.open(body) == "a visit"
