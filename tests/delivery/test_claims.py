"""What a worker claims: late but useful, expired, or a row that does not open (case 12)."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

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


async def test_case_12_what_is_late_but_useful_is_still_sent(scene: Scene) -> None:
    scene.clock.move(hours=4, minutes=59)
    await scene.run()
    [(_, message)] = scene.push.sent
    assert 0 < message.ttl <= 60


async def test_one_row_that_does_not_open_keeps_nobody_else_waiting(scene: Scene) -> None:
    """A phone of Walter's whose stored address was damaged."""
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


async def test_case_134_a_lease_from_the_future_keeps_no_reminder(database: Database, cast: Cast) -> None:
    """A worker that claimed by a wrong clock, and died."""
    await begin(database, cast)
    async with database.writing() as db:
        claimed = await claims.claim_due(db, FAR)
        assert claimed
    async with database.writing() as db:
        assert {one.id for one in await claims.claim_due(db, NOW)} <= {one.id for one in claimed}
    async with database.writing() as db:
        assert await claims.claim_due(db, NOW + LEASE / 2) == []
