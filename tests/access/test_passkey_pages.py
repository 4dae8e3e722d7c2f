"""Passkeys, through the requests of our own pages (case 66)."""

from server.access.models import Passkey
from server.db import Database
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import rows


async def test_a_passkey_made_on_one_phone_signs_its_owner_in_on_another(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    made = await key.make(await signed_in(cast.luis))
    assert await key.sign_in(browser, made) == OPENS
    assert cast.luis.name in words(await browser.get("/settings"))


async def test_case_66_too_many_tries_must_wait(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    made = await key.make(await signed_in(cast.rosa))
    for _ in range(10):
        assert (await browser.post_json("/passkey/sign-in", {"rawId": "AAAA"})).status_code == 400
    assert (await key.sign_in(browser, made))[0] == 429


async def test_only_the_owner_can_end_a_passkey(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    rosa, walter = await signed_in(cast.rosa), await signed_in(cast.walter)
    made = await key.make(rosa)
    [passkey] = await rows(database, Passkey)
    assert (await walter.submit(f"/settings/passkeys/{passkey.id}/end")).status_code == 404
    assert await key.sign_in(browser, made) == OPENS
    await rosa.submit(f"/settings/passkeys/{passkey.id}/end")
    assert await key.sign_in(browser, made) == ENDED
