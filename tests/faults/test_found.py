"""Faults that the sweeps found, each kept as a test."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.checkins.occasions import Timing, occasions
from server.checkins.rules import Rhythm
from server.clock import to_wall
from server.db import Database
from server.delivery.sender import Sender
from server.people import flow as people
from server.people.models import Patient
from server.phone_numbers import reading as numbers
from server.reminders.models import Reminder
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import rows, subscribed

HOURS = timedelta(hours=1)


class Texts(PushDouble):
    name = "text"


class Clinic:
    """Rosa has a phone, and a visit in 30 hours of which she was reminded."""

    def __init__(self, database: Database, cast: Cast, clock: StillClock) -> None:
        self.database, self.cast, self.clock, self.push = database, cast, clock, PushDouble()
        self.text = Texts()
        self.sender = Sender(database, self.push, clock, "https://localhost", [self.text])

    async def opens(self) -> "Clinic":
        async with self.database.writing() as db:
            await subscribed(db, self.cast.rosa)
            rosa = await db.get_one(Patient, self.cast.rosa.id)
            people.set_number(rosa, "phone", numbers.read_own("+1 212 555 0101", "US"))
            rosa.text_consent_at = NOW
            starts = to_wall(NOW + 30 * HOURS, self.cast.harbor.zone)
            visit = await booking.book(work_by(db, self.cast.maria), self.cast.rosa, NewAppointment(starts))
            self.visit_id = visit.id
        self.clock.move(hours=7)
        await self.sender.tick()
        assert len(self.push.sent) == 1
        return self

    async def move(self, db: AsyncSession, hours: int) -> None:
        visit = await db.get_one(Appointment, self.visit_id)
        await appointments.move(
            work_by(db, self.cast.maria, self.clock()), visit, to_wall(NOW + hours * HOURS, visit.zone)
        )

    async def changes(self) -> list[str]:
        found = await rows(self.database, Reminder, Reminder.kind == "change")
        return [change.state for change in sorted(found, key=lambda change: change.moment)]


@pytest.fixture
async def clinic(database: Database, cast: Cast, clock: StillClock) -> Clinic:
    return await Clinic(database, cast, clock).opens()


async def test_case_13_a_patient_reminded_of_the_old_time_is_told_of_the_move(clinic: Clinic) -> None:
    """Planning the visit's reminders anew once cancelled the notice of the move in the same transaction."""
    async with clinic.database.writing() as db:
        await clinic.move(db, 50)
    await clinic.sender.tick()
    assert (await clinic.changes(), len(clinic.push.sent)) == (["sent"], 2)


async def test_case_13_after_two_moves_before_any_notice_only_the_last_time_is_announced(clinic: Clinic) -> None:
    async with clinic.database.writing() as db:
        await clinic.move(db, 50)
    clinic.clock.move(seconds=1)
    async with clinic.database.writing() as db:
        await clinic.move(db, 60)
    await clinic.sender.tick()
    assert (await clinic.changes(), len(clinic.push.sent)) == (["cancelled", "sent"], 2)


async def test_case_13_two_moves_in_one_moment_are_one_change(clinic: Clinic) -> None:
    async with clinic.database.writing() as db:
        await clinic.move(db, 50)
        await clinic.move(db, 60)
    await clinic.sender.tick()
    assert (await clinic.changes(), len(clinic.push.sent)) == (["sent"], 2)


@pytest.mark.parametrize("status", ["arrived", "noshow", "cancelled"])
async def test_case_13_a_notice_that_was_not_shown_follows_no_other_channel_once_it_is_useless(
    clinic: Clinic, status: AppointmentStatus
) -> None:
    """A text said "you have a visit coming up" to a patient who had arrived."""
    async with clinic.database.writing() as db:
        visit = await db.get_one(Appointment, clinic.visit_id)
        assert await appointments.mark(work_by(db, clinic.cast.maria, clinic.clock()), visit, status)
    clinic.clock.move(hours=3)
    await clinic.sender.tick()
    visits = {reminder.id for reminder in await rows(clinic.database, Reminder, Reminder.kind == "visit")}
    assert visits.isdisjoint(clinic.text.ids)


async def test_case_9_a_check_in_due_in_a_skipped_hour_before_midnight_is_not_lost() -> None:
    """In Greenland the clocks go from 23:00 to midnight."""
    change = datetime(2035, 3, 25, 1, tzinfo=UTC)
    daily = Timing(Rhythm.DAILY, time(23), date(2034, 1, 1))
    found = occasions(daily, "America/Nuuk", change, change + timedelta(hours=20))
    assert [occasion.due_at for occasion in found] == [change]
