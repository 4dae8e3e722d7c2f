"""A visit of Rosa's, its stored row, and what a page showed of it."""

import re
from datetime import datetime

import pytest

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.db import Database
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.stories import rows

STARTS = datetime(2026, 12, 1, 10)
LATER = datetime(2026, 12, 1, 15, 30)


@pytest.fixture
async def visit(database: Database, cast: Cast) -> Appointment:
    async with database.writing() as db:
        return await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))


async def moved(database: Database, cast: Cast, visit: Appointment, starts: datetime, now: datetime = NOW) -> None:
    async with database.writing() as db:
        await flow.move(work_by(db, cast.maria, now), await db.get_one(Appointment, visit.id), starts)


async def stored(database: Database) -> Appointment:
    [found] = await rows(database, Appointment)
    return found


async def shown_on(device: Browser, path: str) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', (await device.get(path)).text)
    assert found
    return str(found[1])
