"""Overdue check-ins: due, in grace, late or silent. Staff call on day 3, and a call takes the patient off the list."""

from datetime import datetime, timedelta

from server.db import Database
from server.people import calls
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import CallOutcome, PauseReason
from server.responses import overdue
from server.responses.overdue import LatePatient
from tests.cast import NOW, Cast, work_by
from tests.stories import STEADY, answered, due_check_in

DAY = timedelta(days=1)


async def late(database: Database, cast: Cast, now: datetime) -> list[LatePatient]:
    async with database.reading() as db:
        return await overdue.unanswered(work_by(db, cast.maria, now))


async def given_a_weekly_one(database: Database, patient: Patient) -> str:
    async with database.writing() as db:
        return (await due_check_in(db, patient)).id


async def test_staff_call_a_silent_patient_on_day_3(database: Database, cast: Cast) -> None:
    check_in_id = await given_a_weekly_one(database, cast.rosa)
    [found] = await late(database, cast, NOW + 3 * DAY)
    assert (found.patient_id, found.check_in_id, found.lateness.to_call) == (cast.rosa.id, check_in_id, True)
    async with database.writing() as db:
        await calls.log_call(work_by(db, cast.maria, NOW + 3 * DAY), cast.rosa, CallOutcome.LEFT_MESSAGE, "")
    [called] = await late(database, cast, NOW + 4 * DAY)
    assert (called.lateness.state, called.lateness.to_call) == ("late", False)


async def test_a_patient_who_has_answered_is_not_late(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY, NOW + DAY)
    assert await late(database, cast, NOW + 6 * DAY) == []
    [next_week] = await late(database, cast, NOW + 7 * DAY)
    assert (next_week.lateness.state, next_week.lateness.since) == ("due", NOW + 7 * DAY)


async def test_case_19_a_paused_patient_is_not_late_and_not_on_resuming_either(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.rosa)
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await pausing.pause(work_by(db, cast.maria, NOW + DAY), rosa, PauseReason.HOSPITAL)
    assert await late(database, cast, NOW + 5 * DAY) == []
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await pausing.resume(work_by(db, cast.maria, NOW + 5 * DAY), rosa)
    assert await late(database, cast, NOW + 6 * DAY) == []


async def test_case_61_patients_of_another_clinic_are_on_no_list(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.helen)
    assert await late(database, cast, NOW + 4 * DAY) == []


async def test_the_patient_who_has_waited_longest_is_called_first(database: Database, cast: Cast) -> None:
    await given_a_weekly_one(database, cast.walter)
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, now=NOW + DAY)
    found = await late(database, cast, NOW + 4 * DAY)
    assert [one.patient_id for one in found] == [cast.walter.id, cast.rosa.id]
    assert [one.patient_id for one in await late(database, cast, NOW + 3.5 * DAY)] == [cast.walter.id, cast.rosa.id]
