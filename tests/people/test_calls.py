"""Phone calls to patients, and how long each one counts."""

from datetime import timedelta

from server.db import Database
from server.people import calls
from server.people.models import Patient
from server.people.rules import CALL_AGAIN, CallOutcome
from tests.cast import NOW, Cast, work_by

HOUR = timedelta(hours=1)


async def call(database: Database, cast: Cast, patient: Patient, outcome: CallOutcome, hours: float = 0) -> None:
    async with database.writing() as db:
        await calls.log_call(work_by(db, cast.maria, NOW + hours * HOUR), patient, outcome, "")


async def settles(database: Database, patient: Patient, after: timedelta) -> bool:
    async with database.reading() as db:
        return patient.id in await calls.settling_calls(db, [patient.id], NOW + after)


async def test_a_call_that_nobody_answered_counts_until_the_next_day(database: Database, cast: Cast) -> None:
    await call(database, cast, cast.rosa, CallOutcome.NO_ANSWER)
    assert await settles(database, cast.rosa, CALL_AGAIN - HOUR)
    assert not await settles(database, cast.rosa, CALL_AGAIN)


async def test_a_call_that_reached_somebody_counts_from_then_on(database: Database, cast: Cast) -> None:
    await call(database, cast, cast.rosa, CallOutcome.REACHED)
    await call(database, cast, cast.walter, CallOutcome.LEFT_MESSAGE)
    for patient in (cast.rosa, cast.walter):
        assert await settles(database, patient, timedelta(days=30))


async def test_a_try_that_no_longer_counts_does_not_hide_the_earlier_call(database: Database, cast: Cast) -> None:
    await call(database, cast, cast.rosa, CallOutcome.REACHED)
    await call(database, cast, cast.rosa, CallOutcome.NO_ANSWER, hours=1)
    async with database.reading() as db:
        last = await calls.last_calls(db, [cast.rosa.id, cast.walter.id])
        counting = await calls.settling_calls(db, [cast.rosa.id], NOW + 3 * CALL_AGAIN)
    assert {patient_id: one.outcome for patient_id, one in last.items()} == {cast.rosa.id: "no-answer"}
    assert counting[cast.rosa.id].outcome == "reached"


async def test_a_patients_calls_come_newest_first(database: Database, cast: Cast) -> None:
    for hours in (1, 3, 2):
        await call(database, cast, cast.rosa, CallOutcome.REACHED, hours)
    async with database.reading() as db:
        found = await calls.of_patient(db, cast.rosa.id)
        assert [one.at - NOW for one in found] == [3 * HOUR, 2 * HOUR, HOUR]
        assert await calls.of_patient(db, cast.walter.id) == []
