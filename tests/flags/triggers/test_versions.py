"""Versions of a trigger: one is in force, however it is edited, ended or restored (case 113)."""

import asyncio
import contextlib
from dataclasses import replace

from server.db import Database
from server.flags.models import TriggerVersion
from server.flags.triggers import versions as trigger_versions
from server.people.models import Staff
from tests.cast import Cast, work_by
from tests.flags.triggers.scene import breathing, number_in_force


async def test_case_113_two_edits_of_one_trigger_leave_one_in_force(cast: Cast, database: Database) -> None:
    rule, both_look = await breathing(database, cast), asyncio.Barrier(2)
    before = await number_in_force(database, cast)

    async def edits(staff: Staff, message: str) -> bool:
        async with database.writing() as db:
            row = await db.get_one(TriggerVersion, rule.id)
            with contextlib.suppress(TimeoutError):  # SQLite admits one writer at a time
                await asyncio.wait_for(both_look.wait(), 0.3)
            new = replace(trigger_versions.as_rule(row), message=message)
            return await trigger_versions.write(work_by(db, staff), new, row) is not None

    taken = await asyncio.gather(edits(cast.ken, "Kens"), edits(cast.ruth, "Ruths"))
    assert sorted(taken) == [False, True]
    assert await number_in_force(database, cast) == before
