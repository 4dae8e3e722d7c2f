"""The worker is composed from the settings."""

from server import crypto
from server.settings import Settings
from server.worker import construction
from tests.conftest import StillClock


async def test_the_worker_is_composed_from_the_settings(settings: Settings, clock: StillClock) -> None:
    made = construction.make_worker(settings, clock)
    assert crypto.dump_keyring(crypto.keyring()) == settings.secret_keys
    assert made.sender.base_url == "https://localhost"
    await made.sender.close()
    await made.database.close()
