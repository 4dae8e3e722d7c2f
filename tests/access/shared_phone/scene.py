"""Luis helps two patients on one phone: Rosa at Harbor, and Helen, a patient of Mesa."""

from collections.abc import Awaitable, Callable

import pytest

from server.access import rules
from server.access.joining import flow as joining
from server.access.models import Device
from server.db import Database
from server.people import flow as people
from server.people.models import Caregiver, Patient
from tests.browser_without_screen import Browser
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows

JoinsFor = Callable[..., Awaitable[Caregiver]]


@pytest.fixture
def joins_for(database: Database, cast: Cast, clock: StillClock) -> JoinsFor:
    """`await joins_for(phone, cast.helen)`: a new caregiver of hers joins on this phone, and keeps who is there."""

    async def join(phone: Browser, patient: Patient, keep: str = "all", name: str = "Luis Delgado") -> Caregiver:
        staff = cast.tom if patient.clinic_id == cast.mesa.id else cast.maria
        async with database.writing() as db:
            work = work_by(db, staff, clock())
            caregiver = await people.add_caregiver(work, patient, name, "friend")
            code = await joining.issue_pairing(work, patient, caregiver)
        await types(phone, code, keep)
        return caregiver

    return join


async def types(phone: Browser, code: str, keep: str = "all") -> None:
    joined = await phone.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION, "keep": keep})
    assert joined.url.path == "/reminders", joined.text


@pytest.fixture
async def phone(signed_in: Enter, joins_for: JoinsFor, cast: Cast) -> Browser:
    """Luis's phone. It shows Helen, for whom he joined last."""
    phone = await signed_in(cast.luis)
    await joins_for(phone, cast.helen)
    return phone


async def device_for(database: Database, patient: Patient) -> Device:
    """The living device of the patient's only caregiver that has one."""
    helpers = {each.id for each in await rows(database, Caregiver, Caregiver.patient_id == patient.id)}
    [found] = [d for d in await rows(database, Device, Device.ended_at.is_(None)) if d.caregiver_id in helpers]
    return found


async def switches_to(phone: Browser, database: Database, patient: Patient) -> None:
    device = await device_for(database, patient)
    assert (await phone.submit("/switch", {"device": device.id})).url.path == "/"
