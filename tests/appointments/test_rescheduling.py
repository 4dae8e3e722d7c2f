"""Case 11: what is to come keeps its wall time when a patient or a clinic moves zone, or clocks are changed by law."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from server.appointments import booking, rescheduling
from server.appointments.booking import NewVisit
from server.appointments.models import Appointment
from server.checkins import flow
from server.checkins import flow as checkins
from server.checkins import rescheduling as checkin_rescheduling
from server.checkins.models import CheckIn
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database
from server.people.models import Clinic, Patient
from server.reminders.models import Reminder
from tests.cast import NOW, Cast, work_by
from tests.stories import rows

STARTS = datetime(2026, 12, 1, 10)
DENVER = "America/Denver"  # two hours behind New York


@pytest.fixture
async def visit(database: Database, cast: Cast) -> Appointment:
    async with database.writing() as db:
        for rhythm in (Rhythm.BEFORE, Rhythm.AFTER):
            what = Timing(rhythm, time(10), NOW.date())
            await flow.add_plan(work_by(db, cast.maria), cast.rosa, "readiness", what)
        await flow.add_plan(
            work_by(db, cast.maria), cast.rosa, "daily-three", Timing(Rhythm.DAILY, time(9), NOW.date())
        )
        return await booking.book(work_by(db, cast.maria), cast.rosa, NewVisit(STARTS))


async def recalculate(database: Database) -> tuple[int, int]:
    async with database.writing() as db:
        return await rescheduling.recalculate(db, NOW), await checkin_rescheduling.recalculate(db, NOW)


async def reminded(database: Database, subject_id: str, zone: str) -> list[str]:
    found = await rows(database, Reminder, Reminder.subject_id == subject_id, Reminder.state == "scheduled")
    return sorted(to_wall(reminder.moment, zone).strftime("%m-%d %H:%M") for reminder in found)


async def test_nothing_moves_where_nothing_changed(database: Database, visit: Appointment) -> None:
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


async def test_case_11_a_country_that_ends_summer_time(database: Database, visit: Appointment) -> None:
    """As after new zone data: the stored moment is another than wall time and zone now give."""
    async with database.writing() as db:
        held = await db.get_one(Appointment, visit.id)
        held.starts_at -= timedelta(hours=1)
    assert (await recalculate(database))[0] == 1
    assert [a.starts_at for a in await rows(database, Appointment)] == [visit.starts_at]
