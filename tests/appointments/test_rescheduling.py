"""Coming visits keep their wall time when a patient or clinic changes zone, or a law changes the clocks (case 11)."""

from datetime import timedelta

from sqlalchemy import update

from server.appointments import rescheduling
from server.appointments.models import Appointment
from server.db import Database
from server.people.models import Clinic
from server.reminders.models import Reminder
from tests.appointments.scene import DENVER, STARTS, recalculate, reminded
from tests.cast import NOW, Cast
from tests.stories import rows


async def test_nothing_moves_if_nothing_changed(database: Database, visit: Appointment) -> None:
    before = {reminder.id: reminder.moment for reminder in await rows(database, Reminder)}
    assert await recalculate(database) == (0, 0)
    assert {reminder.id: reminder.moment for reminder in await rows(database, Reminder)} == before


async def test_case_11_a_clinic_that_moves_keeps_its_hours(database: Database, cast: Cast, visit: Appointment) -> None:
    async with database.writing() as db:
        await db.execute(update(Clinic).where(Clinic.id == cast.harbor.id).values(zone=DENVER))
    assert (await recalculate(database))[0] == 1
    [moved] = await rows(database, Appointment)
    assert (moved.starts, moved.zone, moved.starts_at) == (STARTS, DENVER, visit.starts_at + timedelta(hours=2))
    assert await reminded(database, visit.id, DENVER) == ["11-28 10:00", "11-30 10:00", "12-01 08:00"]
    assert (await recalculate(database))[0] == 0


async def test_case_11_visits_keep_their_hour_when_a_country_ends_summer_time(
    database: Database, visit: Appointment
) -> None:
    """As with new zone data: the stored moment differs from the one that wall time and zone now give."""
    async with database.writing() as db:
        stored = await db.get_one(Appointment, visit.id)
        stored.starts_at -= timedelta(hours=1)
    assert (await recalculate(database))[0] == 1
    assert [a.starts_at for a in await rows(database, Appointment)] == [visit.starts_at]


async def test_the_visits_of_another_clinic_stay_where_they_are(
    database: Database, cast: Cast, visit: Appointment
) -> None:
    async with database.writing() as db:
        await db.execute(update(Clinic).where(Clinic.id == cast.harbor.id).values(zone=DENVER))
        assert await rescheduling.recalculate(db, NOW, cast.helen.clinic_id) == 0
        assert await rescheduling.recalculate(db, NOW, cast.harbor.id) == 1
