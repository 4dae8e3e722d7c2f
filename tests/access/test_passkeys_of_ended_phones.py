"""A passkey ends with the phone that it was made on (case 121)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from sqlalchemy import update

from server.access.models import Device, Passkey
from server.db import Database
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS, device_of
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.examples import examples
from tests.stories import audited, rows


async def test_case_121_a_caregivers_phone_that_ends_leaves_the_patients_passkey(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    made = await key.make(rosa)
    await luis.submit("/sign-out")
    assert await key.sign_in(browser, made) == OPENS


async def test_case_121_a_passkey_ends_when_its_phone_is_signed_out_from_another(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    lost = await signed_in(cast.rosa)
    device = await device_of(database, cast.rosa)
    made = await key.make(lost)
    kept = await signed_in(cast.rosa)
    own = await key.make(kept)
    await kept.submit(f"/settings/devices/{device.id}/end")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, own) == OPENS


async def test_case_121_a_passkey_without_a_recorded_device_ends_with_any_phone_of_its_owner(
    signed_in: Enter, app: Litestar, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    rosa, other, walter = await signed_in(cast.rosa), await signed_in(cast.rosa), await signed_in(cast.walter)
    made, walters = await key.make(rosa), await key.make(walter)
    async with database.writing() as db:
        await db.execute(update(Passkey).values(device_id=None))
    await other.submit("/sign-out")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, walters) == OPENS


async def test_case_121_the_sign_out_page_says_that_passkeys_end(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "Your face or finger will no longer sign you in." in words(await rosa.get("/sign-out"))


Ends = Callable[[Browser, Browser, Cast, str], Awaitable[object]]
WAYS: dict[str, Ends] = {
    "itself": lambda phone, maria, cast, device: phone.submit("/sign-out"),
    "staff": lambda phone, maria, cast, device: maria.submit(f"/staff/devices/{device}/end"),
    "leaving": lambda phone, maria, cast, device: phone.submit("/settings/leave"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_case_121_a_passkey_ends_with_the_phone_that_it_was_made_on(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database, key: Authenticator, way: str
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    made = await key.make(rosa)
    await WAYS[way](rosa, maria, cast, (await device_of(database, cast.rosa)).id)
    assert await key.sign_in(browser, made) == ENDED
    assert (await browser.get("/settings")).url.path == "/join"
    [passkey] = await rows(database, Passkey)
    assert await audited(database, passkey.id) == ["passkey.made", "passkey.ended"]


@dataclass
class Key:
    credential_id: bytes
    phones: set[str]  # the devices on which it was made or used


@dataclass
class Story:
    keys: list[Key] = field(default_factory=list)
    phones: list[tuple[str, Browser]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


STEPS = st.lists(
    st.tuples(st.sampled_from(("join", "make", "use", "sign-out", "end from afar")), st.integers(0, 5)), max_size=12
)


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_case_121_a_passkey_of_an_ended_phone_never_signs_in(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, steps: list[tuple[str, int]]
) -> None:
    key, story, maria = Authenticator(), Story(), await signed_in(cast.maria)
    story.seen = {device.id for device in await rows(database, Device)}
    for act, which in [("join", 0), ("make", 0), *steps]:
        living = [(device, phone) for device, phone in story.phones if device not in story.ended]
        if act == "join":
            phone = await signed_in(cast.rosa)
            story.phones.append((await new_device(database, story), phone))
        elif act == "make" and living:
            device, phone = living[which % len(living)]
            story.keys.append(Key(await key.make(phone), {device}))
        elif act == "use" and story.keys:
            await _use(key, story, story.keys[which % len(story.keys)], app, database)
        elif act == "sign-out" and living:
            device, phone = living[which % len(living)]
            await phone.submit("/sign-out")
            story.ended.add(device)
        elif act == "end from afar" and living:
            device, phone = living[which % len(living)]
            await maria.submit(f"/staff/devices/{device}/end")
            story.ended.add(device)
    for one in story.keys:
        await _use(key, story, one, app, database)


async def _use(key: Authenticator, story: Story, one: Key, app: Litestar, database: Database) -> None:
    phone = Browser(app, address=f"10.0.0.{uuid4()}")  # a separate address, so that guess limits do not interfere
    expected = ENDED if one.phones & story.ended else OPENS
    assert await key.sign_in(phone, one.credential_id) == expected
    if expected == OPENS:
        device = await new_device(database, story)
        one.phones.add(device)
        story.phones.append((device, phone))


async def new_device(database: Database, story: Story) -> str:
    """The device that was added since the last call."""
    there = {device.id for device in await rows(database, Device)}
    [new] = there - story.seen
    story.seen = there
    return new
