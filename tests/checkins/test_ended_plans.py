"""Plans that end and are restored."""

from datetime import timedelta

from server.checkins import ended_plans
from server.checkins.models import Plan
from server.db import Database
from tests.cast import NOW, Cast, weekly, work_by
from tests.checkins.scene import DAILY, check_ins, plan, reminders, schedule


async def test_ending_a_plan_cancels_its_waiting_check_ins(database: Database, cast: Cast) -> None:
    ended = await plan(database, cast.rosa, "weekly-als", weekly())
    kept = await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        await ended_plans.end(work_by(db, cast.maria), await db.get_one(Plan, ended.id), "Moved away")
    for check_in in await check_ins(database):
        expected = ("cancelled", {"cancelled"}) if check_in.plan_id == ended.id else ("waiting", {"scheduled"})
        states = {state for _, state in await reminders(database, check_in)}
        assert (check_in.state, states) == expected
    await schedule(database, NOW + timedelta(days=7))
    assert {c.plan_id for c in await check_ins(database) if c.state == "waiting"} == {kept.id}
