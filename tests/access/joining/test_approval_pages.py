"""Who may approve a new phone, and for whom (case 65)."""

import pytest
from litestar import Litestar

from server.access.models import Device, PairingCode
from server.db import Database
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from tests.access.joining.scene import LET_IN, agree, number_on
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.stories import audited, rows


async def test_a_patient_approves_another_own_phone_and_a_caregivers(
    phone: Browser, app: Litestar, signed_in: Enter, database: Database, cast: Cast
) -> None:
    rosa, helpers = await signed_in(cast.rosa), Browser(app)
    for new, person in ((phone, cast.rosa), (helpers, cast.luis)):
        number = await number_on(new)
        assert "It's been added" in words(await rosa.submit(LET_IN, {"code": number, "whose": person.id}))
        assert await agree(new) == "/reminders"
    devices = [(device.patient_id, device.caregiver_id) for device in await rows(database, Device)]
    assert sorted(devices, key=str) == sorted(
        [(cast.rosa.id, None), (cast.rosa.id, None), (None, cast.luis.id)], key=str
    )
    await helpers.close()


async def test_case_127_no_phone_approves_another_once_a_death_is_recorded(
    phone: Browser, signed_in: Enter, database: Database, cast: Cast
) -> None:
    luis = await signed_in(cast.luis)
    number, before = await number_on(phone), len(await rows(database, PairingCode))
    async with database.writing() as db:
        await pausing.pause(work_by(db, cast.ken), await db.get_one(Patient, cast.rosa.id), PauseReason.DEATH)
    refused = await luis.submit(LET_IN, {"code": number, "whose": cast.luis.id})
    assert (refused.status_code, "No phone can be added now" in words(refused)) == (422, True)
    assert len(await rows(database, PairingCode)) == before


async def test_a_caregiver_approves_the_patients_phone_only_if_the_patient_allows_it(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    number = await number_on(phone)
    asked = {"code": number, "whose": cast.rosa.id}
    assert "It's Rosa Delgado's phone" not in words(await luis.get(LET_IN))
    assert (await luis.submit(LET_IN, asked)).status_code == 404
    assert (await luis.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})).status_code == 403
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    assert "It's Rosa Delgado's phone" in words(await luis.get(LET_IN))
    assert "It's been added" in words(await luis.submit(LET_IN, asked))
    assert await agree(phone) == "/reminders"
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "no"})
    assert (await luis.submit(LET_IN, asked)).status_code == 404
    assert await audited(database, cast.luis.id) == ["caregiver.added", *["caregiver.may-approve"] * 2]


async def test_a_caregiver_of_another_patient_cannot_approve(signed_in: Enter, phone: Browser, cast: Cast) -> None:
    walter, maria, tom = await signed_in(cast.walter), await signed_in(cast.maria), await signed_in(cast.tom)
    number = await number_on(phone)
    for whose in (cast.luis.id, cast.rosa.id, "", "nobody"):
        assert (await walter.submit(LET_IN, {"code": number, "whose": whose})).status_code == 404
    assert (await walter.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})).status_code == 404
    of_walter, of_rosa = f"/staff/patients/{cast.walter.id}/devices", f"/staff/patients/{cast.rosa.id}/devices"
    luis = {"code": number, "caregiver": cast.luis.id}
    assert (await maria.submit(of_walter, luis)).status_code == 404
    assert (await tom.submit(of_rosa, {"code": number})).status_code == 404
    assert (await phone.get("/join/asked/state")).status_code == 204


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("0000 0000", "No phone is showing this number"),
        ("", "The number has 8 digits"),
        ("<b>", "The number has 8 digits"),
    ],
)
async def test_case_65_a_wrong_number_is_refused_and_stays_in_the_form(
    signed_in: Enter, cast: Cast, typed: str, refusal: str
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    for who, address in ((rosa, LET_IN), (maria, f"/staff/patients/{cast.rosa.id}/devices")):
        refused = await who.submit(address, {"code": typed, "whose": cast.rosa.id})
        assert (refused.status_code, refusal in words(refused), "<b>" in refused.text) == (422, True, False)
        assert not typed or f'value="{typed}"' in refused.text or "<" in typed
