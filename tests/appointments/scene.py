"""A transaction, and the reminders and check-ins planned around a visit."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, time

import pytest
from httpx import Response
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking, rescheduling
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.checkins import flow
from server.checkins import flow as checkins
from server.checkins import rescheduling as checkin_rescheduling
from server.checkins.models import CheckIn
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database
from server.reminders import flow as reminders
from server.reminders.models import Reminder
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.stories import rows

DECEMBER = datetime(2026, 12, 1, 10)
FIRST = NewAppointment(DECEMBER, 90)


@pytest.fixture
async def db(database: Database) -> AsyncIterator[AsyncSession]:
    """One transaction, as a request has it. It is rolled back at the end."""
    async with database.writing() as session:
        yield session
        await session.rollback()


async def planned(db: AsyncSession, subject_id: str, state: str = "scheduled") -> list[str]:
    """The moments of the reminders still planned for a subject, in the clinic's time."""
    found = await reminders.of_subject(db, subject_id)
    return [f"{to_wall(r.moment, 'America/New_York'):%m-%d %H:%M}" for r in found if r.state == state]


async def around(
    db: AsyncSession, cast: Cast, now: datetime = NOW, rhythms: Iterable[Rhythm] = (Rhythm.BEFORE, Rhythm.AFTER)
) -> None:
    """Rosa has a plan with a readiness check-in before each visit and a check-in after it."""
    for rhythm in rhythms:
        slug = {Rhythm.BEFORE: "readiness", Rhythm.AFTER: "day-after"}[rhythm]
        await flow.add_plan(work_by(db, cast.maria, now), cast.rosa, slug, Timing(rhythm, time(10), now.date()))


async def tied(db: AsyncSession, visit: Appointment, state: str = "waiting") -> list[str]:
    found = await checkins.waiting(db, CheckIn.appointment_id == visit.id)
    return sorted(f"{to_wall(c.due_at, 'America/New_York'):%m-%d %H:%M}" for c in found if c.state == state)


FORM = {"date": "2026-12-01", "time": "10:00", "count": "1", "minutes": "90", "place": "Room 2", "instructions": ""}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def book(maria: Browser, cast: Cast, **changed: object) -> Response:
    return await maria.submit("/staff/visits", FORM | {"patient": cast.rosa.id} | changed)


async def only_visit(database: Database) -> Appointment:
    [visit] = await rows(database, Appointment)
    return visit


async def booked(staff: Browser, cast: Cast, database: Database) -> Appointment:
    """Rosa's only visit, which this staff member books."""
    await book(staff, cast)
    return await only_visit(database)


async def to_come(database: Database) -> list[str]:
    """The reminders of visits still to be sent, in the clinic's time."""
    found = await rows(database, Reminder, Reminder.state == "scheduled", Reminder.kind == "visit")
    return sorted(f"{to_wall(reminder.moment, 'America/New_York'):%m-%d %H:%M}" for reminder in found)


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
        return await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))


async def recalculate(database: Database) -> tuple[int, int]:
    async with database.writing() as db:
        return await rescheduling.recalculate(db, NOW), await checkin_rescheduling.recalculate(db, NOW)


async def reminded(database: Database, subject_id: str, zone: str) -> list[str]:
    found = await rows(database, Reminder, Reminder.subject_id == subject_id, Reminder.state == "scheduled")
    return sorted(to_wall(reminder.moment, zone).strftime("%m-%d %H:%M") for reminder in found)
