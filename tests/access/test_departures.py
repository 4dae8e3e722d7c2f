"""When people leave, their passkeys and pairing codes end with their access (cases 121, 127)."""

from datetime import timedelta

import pytest
from litestar import Litestar

from server.access import departures
from server.access.joining import flow as joining
from server.access.models import PairingCode
from server.db import Database
from server.people.models import Caregiver, Patient
from tests.access.authenticator import Authenticator
from tests.access.scene import ENDED, OPENS, Code, lets_in
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.stories import audited, device_of, rows


async def test_case_121_a_caregivers_passkey_ends_with_their_access(
    signed_in: Enter, browser: Browser, cast: Cast, key: Authenticator
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    own, made = await key.make(rosa), await key.make(luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert await key.sign_in(browser, made) == ENDED
    assert await key.sign_in(browser, own) == OPENS


@pytest.mark.parametrize("why", ["leaving", "death", "holiday"])
async def test_case_127_leaving_and_death_end_a_code_and_other_pauses_do_not(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, why: str
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    async with database.writing() as db:
        own = await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, None)
        helpers = await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, cast.luis)
    if why == "leaving":
        await rosa.submit("/settings/leave")
    else:
        act = "care" if why == "death" else "pause"
        await maria.submit(f"/staff/patients/{cast.rosa.id}/{act}", {"why": why})
    for code in (own, helpers):
        assert await Code(code).works(app) == (why == "holiday")
    if why != "holiday":
        ended = [await audited(database, code.id) for code in await rows(database, PairingCode) if not code.used_at]
        assert ended == [["pairing.issued", "pairing.ended"]] * 2


async def test_case_127_a_code_ends_with_the_caregiver_for_whom_or_by_whom_it_was_issued(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    async with database.writing() as db:
        his = Code(await joining.issue_pairing(work_by(db, cast.maria), cast.rosa, cast.luis))
    hers = await lets_in(luis, app, cast.rosa)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert not await his.works(app)
    assert not await hers.works(app)


async def test_a_caregiver_whose_access_ends_twice_keeps_the_first_date(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        luis = await db.get_one(Caregiver, cast.luis.id)
        device = await device_of(db, luis)
        for later in (0, 1):
            await departures.end_caregiver(work_by(db, cast.maria, NOW + timedelta(days=later)), luis)
        assert (luis.ended_at, device.ended_at) == (NOW, NOW)


async def test_a_patient_who_withdraws_consent_is_paused_and_signed_out_everywhere(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        devices = [await device_of(db, rosa) for _ in range(2)]
        await departures.leave(work_by(db, cast.rosa), rosa)
        assert rosa.paused_at == NOW
        assert [device.ended_at for device in devices] == [NOW, NOW]
