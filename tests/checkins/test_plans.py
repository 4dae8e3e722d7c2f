"""Plans: which questionnaire a patient gets, and how often."""

from datetime import date, time

from server.checkins import flow, plans
from server.checkins.models import CheckIn, Plan
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import on_day
from server.db import Database
from tests.cast import NOW, Cast, weekly, work_by
from tests.checkins.scene import DAILY, plan

AFTER = Timing(Rhythm.AFTER, time(10), NOW.date())


async def test_a_plan_keeps_its_timing(database: Database, cast: Cast) -> None:
    timing = Timing(Rhythm.MONTHLY, time(18, 30), date(2026, 11, 30), 3)
    made = await plan(database, cast.rosa, "function", timing)
    async with database.reading() as db:
        assert plans.timing_of(await db.get_one(Plan, made.id)) == timing


async def test_a_patients_plans_are_those_that_have_not_ended(database: Database, cast: Cast) -> None:
    ended = await plan(database, cast.rosa, "function", weekly())
    await plan(database, cast.rosa, "weekly-als", weekly())
    await plan(database, cast.rosa, "day-after", AFTER)
    await plan(database, cast.walter, "weekly-als", weekly())
    async with database.writing() as db:
        (await db.get_one(Plan, ended.id)).ended_at = NOW
    async with database.reading() as db:
        assert [one.slug for one in await plans.plans_of(db, cast.rosa.id)] == ["day-after", "weekly-als"]
        assert [one.slug for one in await plans.recurring_of(db, cast.rosa.id)] == ["weekly-als"]


async def test_a_new_hour_applies_to_recurring_plans_only(database: Database, cast: Cast) -> None:
    """Check-ins around a visit keep the hour that the clinic set."""
    await plan(database, cast.rosa, "daily-three", DAILY)
    await plan(database, cast.rosa, "day-after", AFTER)
    async with database.writing() as db:
        await plans.set_time(work_by(db, cast.rosa), cast.rosa, time(20, 15))
    async with database.reading() as db:
        assert {one.slug: one.at for one in await plans.plans_of(db, cast.rosa.id)} == {
            "daily-three": "20:15",
            "day-after": "10:00",
        }


async def test_the_next_check_in_is_the_open_one_or_the_next_occasion(database: Database, cast: Cast) -> None:
    monthly = await plan(database, cast.rosa, "function", Timing(Rhythm.MONTHLY, time(7), NOW.date()))
    daily = await plan(database, cast.rosa, "daily-three", DAILY)
    tied = await plan(database, cast.rosa, "day-after", AFTER)
    async with database.reading() as db:
        due = await plans.next_due(work_by(db, cast.maria), cast.rosa, [monthly, daily, tied])
        [first, *_later] = await flow.waiting(db, CheckIn.plan_id == daily.id)
    assert due == {monthly.id: on_day(date(2026, 12, 16), time(7), cast.rosa.zone), daily.id: first.due_at}
