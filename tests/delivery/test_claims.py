"""Which reminders a worker claims: late but useful ones, not expired ones, and despite damaged rows (case 12)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from server.access.models import Subscription
from server.db import Database, Work
from server.delivery import claims
from server.reminders import flow
from server.reminders.rules import LEASE, Planned
from server.reminders.states import ReminderKind
from tests.cast import NOW, Cast, acting
from tests.faults.wrong_clock import FAR, begin
from tests.reminders.scene import ENDS, WHEN, Scene
from tests.stories import subscribed


async def test_case_12_a_late_reminder_that_is_still_useful_is_sent(scene: Scene) -> None:
    scene.clock.move(hours=4, minutes=59)
    await scene.run()
    [(_, message)] = scene.push.sent
    assert 0 < message.ttl <= 60


async def test_a_damaged_row_does_not_delay_the_others(scene: Scene) -> None:
    """The stored endpoint of one of Walter's phones was damaged."""
    async with scene.database.writing() as db:
        broken = await subscribed(db, scene.cast.walter)
        values = {"endpoint_sealed": scene.phone.endpoint_sealed}
        await db.execute(update(Subscription).where(Subscription.id == broken.id).values(**values))
        walter = acting(scene.cast.walter)
        for_walter = Planned(ReminderKind.VISIT, WHEN - timedelta(minutes=1), ENDS)
        await flow.replan(Work(db, walter, WHEN), flow.Subject("c" * 32, walter.id, "/"), [for_walter])
    scene.clock.move(hours=1)
    await asyncio.gather(scene.worker().tick(), return_exceptions=True)
    scene.clock.move(minutes=2)
    await asyncio.gather(scene.worker().tick(), return_exceptions=True)
    assert scene.phone.endpoint in {address.endpoint for address, _ in scene.push.sent}


async def test_case_134_a_lease_that_ends_far_in_the_future_blocks_no_reminder(database: Database, cast: Cast) -> None:
    """A worker claimed the reminder while its clock was wrong, and died."""
    await begin(database, cast)
    async with database.writing() as db:
        claimed = await claims.claim_due(db, FAR)
        assert claimed
    async with database.writing() as db:
        assert {one.id for one in await claims.claim_due(db, NOW)} <= {one.id for one in claimed}
    async with database.writing() as db:
        assert await claims.claim_due(db, NOW + LEASE / 2) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_claim_sorts_nothing_however_much_is_due(database: Database, cast: Cast) -> None:
    """It reads the index in order and stops at its limit: 100,000 reminders may be due at once."""
    await begin(database, cast)
    ran: list[tuple[str, Any]] = []
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: ran.append((args[2], args[3])))
    async with database.writing() as db:
        assert await claims.claim_due(db, FAR)
    updates = [(sql, parameters) for sql, parameters in ran if sql.startswith("UPDATE")]
    assert len(updates) == 2
    async with database.reading() as db:
        raw = await db.connection()
        for sql, parameters in updates:
            plan = [row[-1] for row in await raw.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]
            assert any("ix_reminder_due" in line for line in plan), plan
            assert not any("ORDER BY" in line for line in plan), plan
