"""A passkey on somebody else's phone asks whose phone it is from now on, as a code does (cases 97, 121)."""

import pytest
from litestar import Litestar

from server.access.models import Device
from server.access.rules import SessionEnd
from server.db import Database
from tests.access.authenticator import Authenticator
from tests.access.scene import OPENS
from tests.access.shared_phone.scene import JoinsFor
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import rows


async def brings(phone: Browser, key: Authenticator, made: bytes) -> tuple[str, str]:
    """A passkey on somebody else's phone: the proof that the script gets, and what the page then asks."""
    status, answer = await key.prove(phone, made)
    assert (status, sorted(answer)) == (200, ["proof"])
    return answer["proof"], words(await phone.submit("/passkey/whose-phone", answer))


async def test_case_97_a_passkey_on_somebody_elses_phone_asks_before_it_changes_hands(
    signed_in: Enter, cast: Cast, key: Authenticator, database: Database
) -> None:
    elsewhere, phone = await signed_in(cast.walter), await signed_in(cast.rosa)
    made = await key.make(elsewhere)
    proof, asked = await brings(phone, key, made)
    assert "You are Walter Brandt" in asked
    assert "Rosa Delgado will be signed out here. Reminders for Rosa Delgado will stop on this phone." in asked
    assert "Keep both" not in asked
    assert "Rosa Delgado" in words(await phone.get("/settings"))  # nothing has changed yet
    assert (await phone.submit("/passkey/join", {"proof": proof})).url.path == "/"
    assert "Walter Brandt" in words(await phone.get("/settings"))
    mine = [device for device in await rows(database, Device) if device.patient_id == cast.rosa.id]
    assert [device.end_reason for device in mine] == [SessionEnd.NEW_OWNER]


@pytest.mark.parametrize(("keep", "both"), [("all", True), ("none", False)])
async def test_case_97_a_caregivers_passkey_asks_whether_both_stay(
    signed_in: Enter,
    joins_for: JoinsFor,
    browser: Browser,
    cast: Cast,
    key: Authenticator,
    database: Database,
    keep: str,
    both: bool,
) -> None:
    """Her brother's passkey, for Rosa of Harbor, on the phone of a caregiver of Helen's, who is of Mesa."""
    made = await key.make(await signed_in(cast.luis))
    await joins_for(browser, cast.helen, name="Ana Marsh")
    proof, asked = await brings(browser, key, made)
    assert "You help Rosa Delgado" in asked
    assert "I agree. Keep both on this phone." in asked
    assert "I agree. Only Rosa Delgado from now on." in asked
    assert (await browser.submit("/passkey/join", {"proof": proof, "keep": keep})).url.path == "/"
    assert ("You also help Helen Marsh" in words(await browser.get("/"))) is both
    assert await key.sign_in(browser, made) == OPENS  # it is her phone now
    assert ("Helen Marsh" in words(await browser.get("/settings"))) is both


async def test_case_121_the_proof_of_a_passkey_works_once_and_for_minutes(
    signed_in: Enter, app: Litestar, cast: Cast, key: Authenticator, clock: StillClock
) -> None:
    phone, elsewhere = await signed_in(cast.rosa), await signed_in(cast.walter)
    made = await key.make(elsewhere)
    late, _asked = await brings(phone, key, made)
    clock.move(minutes=10)
    assert "That took too long." in words(await phone.submit("/passkey/join", {"proof": late}))
    used, _asked = await brings(phone, key, made)
    await phone.submit("/passkey/join", {"proof": used})
    thief = Browser(app)
    for proof in (used, used[::-1], "", ".", "x.é", f"{used.partition('.')[0]}.{late.partition('.')[2]}"):
        for path in ("/passkey/join", "/passkey/whose-phone"):
            page = await thief.submit(path, {"proof": proof})
            if path == "/passkey/join" or proof != used:
                assert (page.status_code, "That took too long." in words(page)) == (422, True)
    assert (await thief.get("/settings")).url.path == "/join"
    await thief.close()


async def test_case_121_a_passkey_that_ends_while_the_page_asks_opens_nothing(
    signed_in: Enter, cast: Cast, key: Authenticator
) -> None:
    phone, elsewhere = await signed_in(cast.rosa), await signed_in(cast.walter)
    proof, _asked = await brings(phone, key, await key.make(elsewhere))
    await elsewhere.submit("/sign-out")
    assert (await phone.submit("/passkey/join", {"proof": proof})).status_code == 422
    assert "Rosa Delgado" in words(await phone.get("/settings"))
