"""Home says what waits for each other patient whom a caregiver helps on the phone (case 97)."""

from datetime import datetime

import pytest

from server.appointments import booking, flow
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.db import Database
from server.phone import other_patients
from tests.access.shared_phone.scene import JoinsFor
from tests.access.shared_phone.scene import joins_for as joins_for
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.stories import due_check_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def phone(signed_in: Enter, joins_for: JoinsFor, cast: Cast) -> Browser:
    """Luis helps Rosa and Walter. The phone shows Walter."""
    phone = await signed_in(cast.luis)
    await joins_for(phone, cast.walter)
    return phone


async def given_rosas_visit(database: Database, cast: Cast, day: int = 20) -> Appointment:
    async with database.writing() as db:
        wall = datetime(2026, 11, day, 9, 30)
        return await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(wall))


async def test_case_97_home_says_which_visit_of_another_patient_nobody_has_answered(
    phone: Browser, cast: Cast, database: Database
) -> None:
    visit = await given_rosas_visit(database, cast)
    assert "Rosa Delgado Visit, please answer: Fri, Nov 20, 9:30 AM" in words(await phone.get("/"))
    await phone.get(f"/visits/{visit.id}")
    await phone.submit(f"/visits/{visit.id}/answer", {"reply": "coming", "person": cast.luis.id})
    home = words(await phone.get("/"))
    assert "please answer" not in home
    assert "Nov 20" not in home


async def test_case_97_home_says_that_another_patients_visit_is_soon_though_it_was_answered(
    phone: Browser, cast: Cast, database: Database
) -> None:
    visit = await given_rosas_visit(database, cast, day=17)
    assert visit.starts_at < NOW + other_patients.SOON
    await phone.submit(f"/visits/{visit.id}/answer", {"reply": "coming", "person": cast.luis.id})
    await phone.get(f"/visits/{visit.id}")
    walters = [each for each in (await phone.get("/")).text.split("<button") if "Walter Brandt" in each]
    await phone.submit("/switch", {"device": walters[0].split('value="')[1].split('"')[0]})
    assert "Rosa Delgado Visit: Tue, Nov 17, 9:30 AM" in words(await phone.get("/"))


async def test_case_97_home_says_that_another_patients_visit_was_moved_or_cancelled(
    phone: Browser, cast: Cast, database: Database
) -> None:
    visit = await given_rosas_visit(database, cast)
    async with database.writing() as db:
        moved = await db.get_one(Appointment, visit.id)
        moved.starts, moved.moved_from = datetime(2026, 11, 20, 11), datetime(2026, 11, 20, 9, 30)
        await due_check_in(db, cast.rosa)
    home = words(await phone.get("/"))
    assert "Rosa Delgado 1 check-in is ready Visit moved, please answer: Fri, Nov 20, 11:00 AM" in home
    async with database.writing() as db:
        cancelled = await db.get_one(Appointment, visit.id)
        await flow.mark(work_by(db, cast.maria), cancelled, AppointmentStatus.CANCELLED)
    assert "Visit cancelled: Fri, Nov 20, 11:00 AM" in words(await phone.get("/"))
