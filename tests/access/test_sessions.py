"""A device is signed out: by itself, from another, by the clinic; at once (cases 63 and 64)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from sqlalchemy import update

from server.access.cookies import PERSON_COOKIE
from server.access.models import Device, DeviceSession, Passkey, Subscription
from server.db import Database
from server.reminders.models import Attempt, Reminder
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS, device_of, lets_in
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, push_subscription, rows


async def device_row(database: Database, which: str) -> Device:
    [found] = [device for device in await rows(database, Device) if which in (device.patient_id, device.caregiver_id)]
    return found


def as_stolen(device: Browser) -> str:
    return f"{PERSON_COOKIE}={device.http.cookies[PERSON_COOKIE]}"


async def test_signing_out_ends_session_and_pushes(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    cookie = as_stolen(rosa)
    assert (await rosa.post_json("/push/subscriptions", push_subscription())).status_code == 200
    out = await rosa.submit("/sign-out")
    assert out.url.path == "/join"
    assert "clear-site-data" not in out.history[0].headers  # case 162
    [session], [subscription] = await rows(database, DeviceSession), await rows(database, Subscription)
    assert session.ended_at is not None
    assert (subscription.ended_at is not None, subscription.end_reason) == (True, "signed-out")
    assert (await rosa.get("/", cookie=cookie)).url.path == "/join"


async def test_case_63_what_comes_after_signing_out_stays_out(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    cookie = as_stolen(rosa)
    await rosa.submit("/sign-out")
    headers = {"origin": "https://localhost", "cookie": cookie}
    for path, body in (("/open", {}), ("/push/subscriptions", push_subscription())):
        assert (await rosa.http.post(path, json=body, headers=headers)).status_code == 401
    assert await rows(database, Subscription) == []
    assert (await device_row(database, cast.rosa.id)).ended_at is not None


async def test_case_64_the_clinic_ends_a_stolen_phone_in_one_click(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa.post_json("/push/subscriptions", push_subscription())
    device = await device_row(database, cast.rosa.id)
    assert (await rosa.get("/settings")).url.path == "/settings"
    ended = await maria.submit(f"/staff/devices/{device.id}/end")
    assert ended.url.path == f"/staff/patients/{cast.rosa.id}"
    assert (await rosa.get("/settings")).url.path == "/join"
    assert (await rosa.post_json("/open", {})).status_code == 401
    [subscription] = await rows(database, Subscription)
    assert subscription.ended_at == clock()
    assert "device.ended" in await audited(database, device.id)


async def test_case_64_a_phone_ends_another_of_the_same_person(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    lost, kept = await signed_in(cast.rosa), await signed_in(cast.rosa)
    first, second = sorted(await rows(database, Device), key=lambda device: device.name)
    assert (first.name, second.name) == ("iPhone", "iPhone 2")
    page = words(await kept.get("/settings/phones"))
    assert "Sign out iPhone" in page
    assert "iPhone 2 · this one" in page
    await kept.submit(f"/settings/devices/{first.id}/end")
    assert (await lost.get("/settings")).url.path == "/join"
    assert (await kept.get("/settings")).url.path == "/settings"


async def test_a_patient_ends_a_caregivers_phone_but_not_the_other_way_round(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    of_rosa, of_luis = await device_row(database, cast.rosa.id), await device_row(database, cast.luis.id)
    assert f"/settings/devices/{of_rosa.id}/end" not in (await luis.get("/settings")).text
    assert (await luis.submit(f"/settings/devices/{of_rosa.id}/end")).status_code == 404
    assert (await rosa.get("/settings")).url.path == "/settings"
    await rosa.submit(f"/settings/devices/{of_luis.id}/end")
    assert (await luis.get("/settings")).url.path == "/join"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_opening_the_app_says_whether_pushes_still_come(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await rosa.post_json("/open", {"permission": "default"})).json() == {"do": "fine"}
    mine = push_subscription()
    assert (await rosa.post_json("/open", {"endpoint": mine["endpoint"]})).json() == {"do": "tell"}
    await rosa.post_json("/push/subscriptions", mine)
    clock.move(days=3)
    assert (await rosa.post_json("/open", {"endpoint": mine["endpoint"]})).json() == {"do": "fine"}
    assert (await device_row(database, cast.rosa.id)).seen_at == clock()
    assert (await rows(database, Reminder), await rows(database, Attempt)) == ([], [])


async def test_case_127_a_code_ends_with_the_phone_that_issued_it(signed_in: Enter, app: Litestar, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    code = await lets_in(rosa, app, cast.luis)
    other = await signed_in(cast.rosa)
    kept = await lets_in(other, app, cast.rosa)
    await rosa.submit("/sign-out")
    assert not await code.works(app)
    assert await kept.works(app)


async def test_case_121_a_helpers_phone_that_ends_leaves_the_patients_passkey(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    made = await key.make(rosa)
    await luis.submit("/sign-out")
    assert await key.sign_in(browser, made) == OPENS


async def test_case_121_signed_out_from_another_phone(
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


async def test_case_121_a_passkey_from_before_its_device_was_recorded_ends_with_any_phone(
    signed_in: Enter, app: Litestar, browser: Browser, cast: Cast, database: Database, key: Authenticator
) -> None:
    rosa, other, walter = await signed_in(cast.rosa), await signed_in(cast.rosa), await signed_in(cast.walter)
    made, walters = await key.make(rosa), await key.make(walter)
    async with database.writing() as db:
        await db.execute(update(Passkey).values(device_id=None))
    await other.submit("/sign-out")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, walters) == OPENS


async def test_case_121_signing_out_says_that_face_and_finger_end_too(signed_in: Enter, cast: Cast) -> None:
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
    phones: set[str]  # the devices that it was made on or has opened


@dataclass
class Story:
    keys: list[Key] = field(default_factory=list)
    phones: list[tuple[str, Browser]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


STEPS = st.lists(
    st.tuples(st.sampled_from(("join", "make", "use", "sign-out", "end from afar")), st.integers(0, 5)), max_size=12
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_case_121_whatever_happens_no_passkey_of_an_ended_phone_signs_in(
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
    phone = Browser(app, address=f"10.0.0.{uuid4()}")  # nobody's tries count against another's
    expected = ENDED if one.phones & story.ended else OPENS
    assert await key.sign_in(phone, one.credential_id) == expected
    if expected == OPENS:
        device = await new_device(database, story)
        one.phones.add(device)
        story.phones.append((device, phone))


async def new_device(database: Database, story: Story) -> str:
    """The one that has come since this was asked last."""
    there = {device.id for device in await rows(database, Device)}
    [new] = there - story.seen
    story.seen = there
    return new
