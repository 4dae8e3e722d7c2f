"""Which notifications a device keeps open (case 18)."""

from datetime import timedelta

from server.reminders import open_notifications, settlement
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, plan

OTHER = "b" * 32


async def tags(scene: Scene) -> list[str]:
    async with scene.database.reading() as db:
        return await open_notifications.tags(db, scene.cast.rosa.id, scene.clock())


async def test_case_18_a_notification_stays_open_until_it_is_answered(scene: Scene) -> None:
    assert await tags(scene) == []
    await scene.due()
    assert await tags(scene) == [(await scene.reminder()).id]
    async with scene.database.writing() as db:
        await settlement.settle(work_by(db, scene.cast.rosa, scene.clock()), SUBJECT)
    assert await tags(scene) == []


async def test_case_18_a_notification_stays_open_until_it_is_useless(scene: Scene) -> None:
    await scene.due()
    scene.clock.now = ENDS - timedelta(seconds=1)
    assert len(await tags(scene)) == 1
    scene.clock.now = ENDS
    assert await tags(scene) == []


async def test_a_digest_uses_the_tag_of_its_carrier(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.CHECK_IN, WHEN, ENDS)], OTHER)
    await scene.due()
    assert await tags(scene) == [(await scene.reminder()).id]
