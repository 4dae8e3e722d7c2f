"""A patient whose weekly answers raise flags."""

from datetime import datetime, timedelta

from server.db import Database
from server.flags import actions
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.people.models import Patient, Staff
from tests.cast import NOW, work_by
from tests.stories import STEADY, answered, due_check_in, rows

WEEK = timedelta(days=7)


async def answers(database: Database, patient: Patient, changed: dict[str, object], weeks: float = 0) -> datetime:
    """Rosa answers her weekly check-in, so many weeks from now. Returns the moment."""
    now = NOW + weeks * WEEK
    async with database.writing() as db:
        await answered(db, patient, await due_check_in(db, patient, now=now), STEADY | changed, now)
    return now


async def flags(database: Database, item: str = "") -> list[Flag]:
    found = await rows(database, Flag)
    return sorted((f for f in found if item in ("", f.item)), key=lambda flag: flag.raised_at)


async def only_flag(database: Database) -> Flag:
    [flag] = await flags(database)
    return flag


async def close(
    database: Database,
    staff: Staff,
    flag: Flag,
    outcome: FlagOutcome = FlagOutcome.CALLED,
    note: str = "",
    days: float = 0,
) -> bool:
    async with database.writing() as db:
        stored = await db.get_one(Flag, flag.id)
        return (
            await actions.close(work_by(db, staff, NOW + timedelta(days=days)), stored, actions.Outcome(outcome, note))
            is None
        )
