"""The clinic signs a phone out, and the phone's session ends at once (cases 61, 64)."""

from server.access.models import Device, Subscription
from server.db import Database
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, push_subscription, rows


async def test_case_64_the_clinic_signs_out_a_stolen_phone_in_one_click(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa.post_json("/push/subscriptions", push_subscription())
    [device] = await rows(database, Device, Device.patient_id == cast.rosa.id)
    assert (await rosa.get("/settings")).url.path == "/settings"
    ended = await maria.submit(f"/staff/devices/{device.id}/end")
    assert ended.url.path == f"/staff/patients/{cast.rosa.id}"
    assert (await rosa.get("/settings")).url.path == "/join"
    assert (await rosa.post_json("/open", {})).status_code == 401
    [subscription] = await rows(database, Subscription)
    assert subscription.ended_at == clock()
    assert "device.ended" in await audited(database, device.id)


async def test_the_page_before_it_says_whose_phone_it_is(signed_in: Enter, cast: Cast, database: Database) -> None:
    await signed_in(cast.luis)
    maria = await signed_in(cast.maria)
    [device] = await rows(database, Device, Device.caregiver_id == cast.luis.id)
    page = words(await maria.get(f"/staff/devices/{device.id}/end"))
    assert "It is Luis Delgado's. Reminders to it will stop at once." in page
    ended = await maria.submit(f"/staff/devices/{device.id}/end")
    assert ended.url.path == f"/staff/patients/{cast.rosa.id}"
    assert (await maria.get(f"/staff/devices/{device.id}/end")).url.path == f"/staff/patients/{cast.rosa.id}"


async def test_case_61_a_phone_of_another_clinic_is_not_found(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, tom = await signed_in(cast.rosa), await signed_in(cast.tom)
    [device] = await rows(database, Device, Device.patient_id == cast.rosa.id)
    assert (await tom.get(f"/staff/devices/{device.id}/end")).status_code == 404
    assert (await tom.submit(f"/staff/devices/{device.id}/end")).status_code == 404
    assert (await rosa.get("/settings")).url.path == "/settings"
