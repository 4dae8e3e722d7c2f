"""An authenticator, a person's newest device, and codes typed on a new phone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from litestar import Litestar

from server.access import rules
from server.access.joining import flow as joining
from server.access.models import Device
from server.access.rules import CONSENT_VERSION
from server.db import Database
from server.people.models import Caregiver, Patient
from tests.access.authenticator import Authenticator
from tests.browser_without_screen import Browser
from tests.cast import Cast, work_by
from tests.conftest import StillClock
from tests.stories import rows

ENDED = (400, "ended")
OPENS = (200, "")


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


async def device_of(database: Database, person: Patient | Caregiver) -> Device:
    """The newest device of this person that has not ended."""
    theirs = [d for d in await rows(database, Device) if person.id in (d.patient_id, d.caregiver_id) and not d.ended_at]
    return max(theirs, key=lambda device: device.name)


@dataclass
class Code:
    """A pairing code or number, and whether it still lets a new phone join."""

    code: str

    async def works(self, app: Litestar) -> bool:
        phone = Browser(app)
        joined = await phone.submit("/join", {"code": self.code, "agree": rules.CONSENT_VERSION})
        await phone.close()
        return joined.url.path == "/reminders"


async def lets_in(phone: Browser, app: Litestar, whose: Patient | Caregiver) -> Code:
    """A new phone asks to join, and its number is approved on `phone`."""
    new = Browser(app)
    await new.submit("/join/ask")
    code = new.http.cookies["__Host-asked"].partition(".")[0]
    done = await phone.submit("/settings/phones/add", {"code": code, "whose": whose.id})
    assert done.status_code == 200, done.text
    await new.close()
    return Code(code)


async def rejoins(phone: Browser, database: Database, cast: Cast, clock: StillClock, person: Patient) -> None:
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria, clock()), person, None)
    joined = await phone.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    assert joined.url.path == "/reminders"


Issue = Callable[..., Awaitable[str]]


@pytest.fixture
def issue(database: Database, cast: Cast, clock: StillClock) -> Issue:
    """Maria issues a code for Rosa, or for one of her caregivers."""

    async def make(caregiver: Caregiver | None = None) -> str:
        async with database.writing() as db:
            return await joining.issue_pairing(work_by(db, cast.maria, clock()), cast.rosa, caregiver)

    return make


def agreeing(code: str) -> dict[str, str]:
    return {"code": code, "agree": CONSENT_VERSION}
