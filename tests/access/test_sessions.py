"""A person signs out a device, from there or from another, and its session ends at once (cases 63, 64)."""

from datetime import timedelta

import pytest
from litestar import Litestar

from server.access import sessions
from server.access.models import Device, DeviceSession, Subscription
from server.db import Database
from server.people.models import Caregiver
from server.reminders.models import Attempt, Reminder
from server.web.cookies import PERSON_COOKIE
from tests import stories
from tests.access.scene import lets_in
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.stories import push_subscription, rows


async def device_row(database: Database, which: str) -> Device:
    [found] = [device for device in await rows(database, Device) if which in (device.patient_id, device.caregiver_id)]
    return found


def as_stolen(device: Browser) -> str:
    return f"{PERSON_COOKIE}={device.http.cookies[PERSON_COOKIE]}"


async def test_signing_out_ends_the_session_and_the_subscription(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
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


async def test_case_63_requests_after_signing_out_are_refused(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa = await signed_in(cast.rosa)
    cookie = as_stolen(rosa)
    await rosa.submit("/sign-out")
    headers = {"origin": "https://localhost", "cookie": cookie}
    for path, body in (("/open", {}), ("/push/subscriptions", push_subscription())):
        assert (await rosa.http.post(path, json=body, headers=headers)).status_code == 401
    assert await rows(database, Subscription) == []
    assert (await device_row(database, cast.rosa.id)).ended_at is not None


async def test_case_64_a_person_signs_out_one_phone_from_another(
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


async def test_a_patient_signs_out_a_caregivers_phone_but_not_the_other_way_round(
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
async def test_opening_the_app_tells_whether_its_subscription_still_works(
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


async def test_devices_of_a_patient_are_also_those_of_caregivers_the_oldest_first(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        new = await stories.device_of(db, cast.rosa, NOW + timedelta(days=1))
        old = await stories.device_of(db, cast.luis)
        await stories.device_of(db, cast.walter)
        await sessions.rename(work_by(db, cast.rosa), old, "Luis's phone")
        assert [device.id for device in await sessions.devices_of(db, cast.rosa.id)] == [old.id, new.id]
        (await db.get_one(Caregiver, cast.luis.id)).ended_at = NOW
        await db.flush()
        assert [device.id for device in await sessions.devices_of(db, cast.rosa.id)] == [new.id]


async def test_a_device_is_found_by_the_clinics_own_staff_alone(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    await signed_in(cast.rosa)
    device = await device_row(database, cast.rosa.id)
    async with database.reading() as db:
        assert await sessions.find_device(db, acting(cast.maria), device.id) is not None
        assert await sessions.find_device(db, acting(cast.tom), device.id) is None
        assert await sessions.find_device(db, acting(cast.maria), "unknown") is None
