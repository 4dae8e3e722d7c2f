"""Scheduling check-ins ahead, and closing them in time (cases 14, 18, 50)."""

from datetime import timedelta

from server.checkins import flow
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.reminders.models import Reminder
from tests.cast import NOW, Cast, weekly, work_by
from tests.checkins.scene import DAILY, check_ins, due, due_days, plan, reminders, schedule
from tests.stories import STEADY, answered, rows


async def test_a_plan_schedules_the_coming_days_with_their_reminders(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "weekly-als", weekly())
    assert await due_days(database) == ["11-16 09:00", "11-23 09:00"]
    first, _ = await check_ins(database)
    assert (first.state, first.closes_at) == ("waiting", NOW + timedelta(days=3))
    assert await reminders(database, first) == [("check-in", "scheduled"), ("nudge", "scheduled")]


async def test_scheduling_again_adds_only_the_new_days(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    before = {check_in.id for check_in in await check_ins(database)}
    assert len(before) == 8
    for _ in range(3):
        await schedule(database, NOW)
    assert {check_in.id for check_in in await check_ins(database)} == before
    await schedule(database, NOW + timedelta(days=1))
    assert len(await check_ins(database)) == 9


async def test_answered_and_cancelled_check_ins_are_not_scheduled_again(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    first, second, *_ = await check_ins(database)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, first.id), {"pain": 1})
        (await db.get_one(CheckIn, second.id)).state = CheckInState.CANCELLED
    await schedule(database, NOW + timedelta(minutes=5))
    assert [c.state for c in await check_ins(database)][:2] == ["done", "cancelled"]
    days = await due_days(database)
    assert len(days) == len(set(days)) == 9


async def test_case_14_a_new_version_applies_from_the_next_check_in(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        old = await questionnaires.newest(db, cast.harbor.id, "daily-three")
        assert old is not None
        resource = old.resource | {"version": "2", "title": "Three questions"}
        new = await questionnaires.publish(work_by(db, cast.ruth), resource)
    await schedule(database, NOW + timedelta(days=1))
    versions = [check_in.questionnaire_id for check_in in await check_ins(database)]
    assert versions == [old.id] * 8 + [new.id]
    assert {reminder.state for reminder in await rows(database, Reminder)} == {"scheduled"}


async def test_case_18_an_answered_check_in_gets_no_nudge(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    async with database.writing() as db:
        await answered(db, cast.rosa, check_in, STEADY)
    assert {state for _, state in await reminders(database, check_in)} == {"cancelled"}


async def test_a_cancelled_check_in_waits_no_longer_and_reminds_nobody(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "weekly-als", weekly())
    async with database.writing() as db:
        mine = CheckIn.patient_id == cast.rosa.id
        first, second = sorted(await flow.waiting(db, mine), key=lambda check_in: check_in.due_at)
        await flow.cancel_check_in(work_by(db, cast.maria), first, "moved")
        assert [check_in.id for check_in in await flow.waiting(db, mine)] == [second.id]
    assert await reminders(database, first) == [("check-in", "cancelled"), ("nudge", "cancelled")]
