"""Many flags, and a mark for tests that need one database only."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Database, Work
from server.flags.models import Flag, TriggerVersion
from server.people import flow as people
from server.people.flow import NewPatient
from tests.cast import NOW, Cast, acting
from tests.stories import due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def many_flags(database: Database, cast: Cast, count: int) -> list[str]:
    """Register so many patients of Harbor, each with one open flag.

    Returns the ids of the flags in the inbox's order.
    """
    async with database.writing() as db:
        actor = acting(cast.maria)
        trigger = await _trigger(db)
        made = []
        for number in range(count):
            patient = await people.register_patient(Work(db, actor, NOW), NewPatient(f"Patient {number}", "UTC"))
            check_in = await due_check_in(db, patient)
            flag = Flag(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                check_in_id=check_in.id,
                trigger_id=trigger,
                slug="weekly-als",
                item="speech",
                severity=("this-week", "urgent", "today")[number % 3],
                evidence='{"condition": "at-least", "now": 3, "previous": 1, "first": 0, "version": 1}',
                raised_at=NOW,
                updated_at=NOW,
                due_at=NOW + timedelta(hours=number % 5),  # several are due at the same moment
            )
            db.add(flag)
            made.append(flag)
        made.sort(key=lambda flag: (flag.severity != "urgent", flag.due_at, flag.id))
        return [flag.id for flag in made]


async def _trigger(db: AsyncSession) -> str:
    return (await db.scalars(select(TriggerVersion.id).limit(1))).one()
