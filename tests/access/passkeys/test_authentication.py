"""Signing in with a passkey on a new phone (case 121)."""

from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Litestar

from server.access.models import Device
from server.access.passkeys import authentication
from server.db import Database
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import rows


async def test_case_121_a_phone_that_a_copied_passkey_opened_cannot_sign_in_with_it_again(
    signed_in: Enter, app: Litestar, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    """A cloud copied the passkey to a second phone, which is then stolen."""
    first = await signed_in(cast.rosa)
    made = await key.make(first)
    assert await key.sign_in(browser, made) == OPENS
    [stolen] = [d for d in await rows(database, Device) if d.patient_id == cast.rosa.id and d.name == "iPhone 2"]
    await first.submit(f"/settings/devices/{stolen.id}/end")
    thief = Browser(app)
    assert await key.sign_in(thief, made) == ENDED
    await thief.close()


async def test_case_121_an_unknown_passkey_gets_the_same_answer_as_a_wrong_one(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    """Only the holder of a passkey learns that it has ended."""
    rosa = await signed_in(cast.rosa)
    made = await key.make(rosa)
    await rosa.submit("/sign-out")
    forged = Authenticator()
    forged.keys[made] = ec.generate_private_key(ec.SECP256R1())
    assert await forged.sign_in(browser, made) == (400, "passkey")


async def test_a_passkey_is_asked_for_this_host_with_a_check_of_the_person(database: Database) -> None:
    async with database.writing() as db:
        first, second = [await authentication.ask(db, "https://interlude.example.org", NOW) for _ in range(2)]
    assert (first["rpId"], first["userVerification"]) == ("interlude.example.org", "required")
    assert first["challenge"] != second["challenge"]
