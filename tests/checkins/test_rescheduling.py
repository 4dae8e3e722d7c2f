"""Check-ins keep their hour when a patient's zone changes (case 11)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from server.appointments.models import Appointment
from server.checkins import flow as checkins
from server.checkins import rescheduling
from server.checkins.models import CheckIn
from server.clock import to_wall
from server.db import Database
from server.people.models import Patient
from tests.appointments.scene import DENVER, recalculate, reminded
from tests.cast import NOW, Cast, work_by
from tests.checkins.scene import DAILY
from tests.stories import rows


async def test_case_11_a_patient_who_moves_is_asked_at_the_same_hour_of_the_new_zone(
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


async def test_case_11_no_day_has_two_check_ins_after_a_move(
    database: Database, cast: Cast, visit: Appointment
) -> None:
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(zone=DENVER))
    async with database.writing() as db:
        await checkins.schedule_all(db, NOW)
    days = [c.day for c in await rows(database, CheckIn) if c.day]
    assert len(days) == len(set(days))


@pytest.mark.parametrize(
    ("first", "then"), [("Pacific/Apia", "Pacific/Pago_Pago"), ("Pacific/Pago_Pago", "Pacific/Apia")]
)
async def test_case_157_a_zone_that_shifts_by_a_whole_day_moves_every_check_in(
    database: Database, cast: Cast, first: str, then: str
) -> None:
    """Each check-in takes the time that its neighbour had. The database refuses that in the wrong order."""
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(zone=first))
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        plan = await checkins.add_plan(work_by(db, cast.maria), rosa, "daily-three", DAILY)
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.rosa.id).values(zone=then))
    await recalculate(database)
    found = await rows(database, CheckIn, CheckIn.plan_id == plan.id, CheckIn.state == "waiting", CheckIn.due_at > NOW)
    assert len(found) >= 5
    for check_in in found:
        assert check_in.day == str(to_wall(check_in.due_at, then).date())
        assert to_wall(check_in.due_at, then).time() == DAILY.at


async def test_case_157_a_day_that_was_answered_already_is_not_asked_again(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        plan = await checkins.add_plan(work_by(db, cast.maria), cast.rosa, "daily-three", DAILY)
    [answered, trading, *_] = sorted(
        await rows(database, CheckIn, CheckIn.plan_id == plan.id, CheckIn.due_at > NOW), key=lambda one: one.due_at
    )
    async with database.writing() as db:
        await db.execute(update(CheckIn).where(CheckIn.id == answered.id).values(state="done"))
        await db.execute(update(CheckIn).where(CheckIn.id == trading.id).values(day=answered.day))
    await recalculate(database)
    assert {c.id: c.state for c in await rows(database, CheckIn) if c.id in (answered.id, trading.id)} == {
        answered.id: "done",
        trading.id: "cancelled",
    }


async def test_case_157_trouble_with_one_patient_does_not_stop_the_others(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        for patient in (cast.rosa, cast.walter):
            await checkins.add_plan(work_by(db, cast.maria), patient, "daily-three", DAILY)
    async with database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == cast.walter.id).values(zone=DENVER))
        await db.execute(
            update(CheckIn)
            .where(CheckIn.patient_id == cast.rosa.id, CheckIn.due_at > NOW)
            .values(questionnaire_id=CheckIn.questionnaire_id, closes_at=NOW)
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescheduling, "_put", _fails_for(cast.rosa.id, rescheduling._put))
        await recalculate(database)
    moved = await rows(database, CheckIn, CheckIn.patient_id == cast.walter.id, CheckIn.due_at > NOW)
    assert moved
    assert {to_wall(c.due_at, DENVER).time() for c in moved} == {DAILY.at}


def _fails_for(patient_id: str, put: Any) -> Any:
    async def failing(db: Any, check_in: CheckIn, *args: Any) -> Any:
        if check_in.patient_id == patient_id:
            raise RuntimeError("a fault of this row")
        return await put(db, check_in, *args)

    return failing
