"""Check-ins keep their hour when a patient moves zone (case 11)."""

from datetime import timedelta

from sqlalchemy import update

from server.appointments.models import Appointment
from server.checkins import flow as checkins
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.people.models import Patient
from tests.appointments.scene import DENVER, recalculate, reminded
from tests.cast import NOW, Cast
from tests.stories import rows


async def test_case_11_a_patient_who_moves_is_asked_at_the_same_hour_there(
    database: Database, cast: Cast, visit: Appointment
) -> None:
    before = {c.id: c.due_at for c in await rows(database, CheckIn, CheckIn.due_at > NOW)}
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(zone=DENVER))
    await recalculate(database)
    found = await rows(database, CheckIn, CheckIn.due_at > NOW)
    assert {c.id for c in found} == before.keys()
    for check_in in found:
        assert check_in.due_at - before[check_in.id] == timedelta(hours=2)
        assert to_wall(check_in.due_at, DENVER).hour in (9, 10)
        assert len(await reminded(database, check_in.id, DENVER)) >= 1


async def test_case_11_no_day_is_laid_out_twice_after_a_move(
    database: Database, cast: Cast, visit: Appointment
) -> None:
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(zone=DENVER))
    async with database.writing() as db:
        await checkins.schedule_all(db, NOW)
    days = [c.day for c in await rows(database, CheckIn) if c.day]
    assert len(days) == len(set(days))
