"""What follows for a claimed reminder: an attempt, or its end and why (cases 12, 19)."""

from sqlalchemy import update

from server.people import flow as people
from server.people.models import Patient
from server.people.rules import PauseReason
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import work_by
from tests.reminders.scene import ENDS, WHEN, Scene, plan
from tests.stories import PUSH, device_of, subscribed


async def pause(scene: Scene) -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await people.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPITAL)


async def test_case_12_after_three_days_down_what_has_passed_is_missed_and_told(scene: Scene) -> None:
    scene.clock.move(days=3)
    await scene.run()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state) == ([], "missed")
    assert reminder.reason


async def test_case_19_a_pause_stops_what_is_due_and_resuming_does_not_flood(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, WHEN, ENDS)], "b" * 32)
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
    await pause(scene)
    await scene.due()
    assert scene.push.sent == []
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await people.resume(work_by(db, scene.cast.maria, scene.clock()), rosa)
    scene.clock.move(minutes=5)
    await scene.run()
    assert scene.push.sent == []


async def test_a_phone_that_takes_no_pushes_is_no_way_to_reach(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await device_of(db, scene.cast.walter)
        await db.execute(update(Reminder).values(patient_id=scene.cast.walter.id))
    await scene.due()
    await scene.run()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state) == ([], "failed")
    assert reminder.reason
    assert not reminder.reason.startswith(PUSH)
