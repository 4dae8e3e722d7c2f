"""Staff approve a new phone (case 65)."""

from server.access.models import Device, PairingCode
from server.db import Database
from tests.access.joining.scene import agree, number_on
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows


async def test_staff_approve_a_phone(phone: Browser, signed_in: Enter, database: Database, cast: Cast) -> None:
    number = await number_on(phone)
    assert (await phone.get("/join/asked/state")).status_code == 204
    maria = await signed_in(cast.maria)
    address = f"/staff/patients/{cast.rosa.id}/devices"
    assert "Pair Rosa Delgado's phone" in words(await maria.get(address))
    assert (await maria.submit(address, {"code": number})).url.path == f"/staff/patients/{cast.rosa.id}"
    assert all(device.staff_id for device in await rows(database, Device))
    assert await agree(phone) == "/reminders"
    [device] = [device for device in await rows(database, Device) if device.patient_id]
    assert device.patient_id == cast.rosa.id
    [pairing] = await rows(database, PairingCode)
    assert (pairing.made_by, await audited(database, pairing.id)) == (
        cast.maria.id,
        ["pairing.issued", "pairing.approved"],
    )
    assert "has expired" in words(await phone.get("/join/asked"))
