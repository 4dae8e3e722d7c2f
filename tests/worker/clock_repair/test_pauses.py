"""The repair restores a pause that ended by itself because the clock was ahead (cases 107, 134)."""

from datetime import date

import pytest

from server.actor import system
from server.db import Database, Work
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.pauses.rules import begins
from server.people.rules import PauseReason
from server.reminders import pauses
from server.worker.clock_repair import pauses as repair
from tests.cast import NOW, Cast, work_by
from tests.faults.wrong_clock import DAY, FAR
from tests.stories import rows

END = date(2026, 12, 1)


async def paused_then(database: Database, cast: Cast, by_hand: bool) -> None:
    """The pause ends at a time that has not come."""
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await pausing.pause(work_by(db, cast.maria), rosa, PauseReason.HOLIDAY, END)
    async with database.writing() as db:
        if by_hand:
            work = Work(db, system(cast.rosa.clinic_id), FAR)
            await pauses.resume(work, await db.get_one(Patient, cast.rosa.id))
        else:
            assert await pauses.end_over(db, FAR) == 1


async def rosa_now(database: Database, cast: Cast) -> Patient:
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    return rosa


@pytest.mark.parametrize("by_hand", [False, True])
async def test_case_134_a_pause_that_ended_too_early_goes_on_until_its_day(
    database: Database, cast: Cast, by_hand: bool
) -> None:
    await paused_then(database, cast, by_hand)
    async with database.writing() as db:
        assert await repair.restore_pauses(db, NOW) == (0 if by_hand else 1)
    rosa = await rosa_now(database, cast)
    assert (rosa.pause_reason, rosa.paused_until) == ((None, None) if by_hand else ("holiday", END))
    async with database.writing() as db:
        assert await repair.restore_pauses(db, NOW + DAY) == 0


async def test_a_pause_that_ended_on_its_day_stays_ended(database: Database, cast: Cast) -> None:
    """Even for a patient who then moves to a zone in which that day is still to come."""
    await paused_then(database, cast, by_hand=False)
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).zone = "Pacific/Honolulu"
    async with database.writing() as db:
        assert await repair.restore_pauses(db, begins(END, "America/New_York")) == 0
    assert (await rosa_now(database, cast)).paused_at is None
