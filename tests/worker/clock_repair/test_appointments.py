"""The repair restores what a clock that was ahead ended around a visit (case 134)."""

import pytest
from sqlalchemy import select, update

from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.checkins import ended_plans, plans
from server.checkins.models import CheckIn
from server.db import Database
from server.reminders.models import Reminder
from server.reminders.states import ReminderState
from server.worker.clock_repair.appointments import restore_appointments
from tests.appointments.scene import FIRST
from tests.cast import NOW, Cast, work_by
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import ANY_START, FAR, HOUR, go_wrong
from tests.stories import rows


async def test_case_134_a_check_in_of_an_ended_plan_or_cancelled_visit_stays_closed(
    running: Running, cast: Cast, database: Database
) -> None:
    running.clock.now = FAR
    await Running(database, running.clock, running.push).tick()
    running.clock.now = NOW + HOUR
    async with database.writing() as db:
        for plan in await plans.plans_of(db, cast.walter.id):
            await ended_plans.end(work_by(db, cast.maria, NOW + HOUR), plan, "Not needed")
        visit = (await db.scalars(select(Appointment))).one()
        await appointments.mark(work_by(db, cast.maria, NOW + HOUR), visit, AppointmentStatus.CANCELLED)
    again = Running(database, running.clock, running.push)
    await again.tick()
    await again.tick(60)
    [walters] = await rows(database, CheckIn, CheckIn.patient_id == cast.walter.id, CheckIn.due_at == NOW)
    assert walters.state == "missed"
    assert await rows(database, Reminder, Reminder.subject_id == visit.id, Reminder.state == "scheduled") == []


@pytest.mark.sweep
async def test_case_134_reminders_that_were_missed_early_are_sent_at_their_own_time(
    running: Running, cast: Cast, database: Database
) -> None:
    running = await go_wrong(running, ANY_START)
    async with database.reading() as db:
        visit = (await db.scalars(select(Appointment))).one()
    for _ in range(6 * 8):
        await running.tick(3 * 3600)
    reminders = await rows(database, Reminder, Reminder.subject_id == visit.id, Reminder.kind == "visit")
    assert {reminder.state for reminder in reminders} <= {"sent", "unreached"}
    assert len(reminders) == 3
    assert len(running.push.ids) == len(set(running.push.ids))


async def test_case_134_reminders_that_ended_too_early_are_planned_again(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, FIRST)
    async with database.writing() as db:
        assert await restore_appointments(db, NOW) == 0
        mine = Reminder.subject_id == visit.id
        await db.execute(update(Reminder).where(mine).values(state=ReminderState.MISSED))
    async with database.writing() as db:
        assert await restore_appointments(db, NOW) > 0
    assert {reminder.state for reminder in await rows(database, Reminder, mine)} == {"scheduled"}
