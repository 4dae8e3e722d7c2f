"""Which patients staff see as not reached."""

from server.people.models import Staff
from server.reminders import status
from server.reminders.states import AttemptState
from tests.cast import work_by
from tests.reminders.scene import ENDS, Scene, receipt


async def unreached(scene: Scene, staff: Staff) -> list[str]:
    async with scene.database.reading() as db:
        return [reminder.id for reminder in await status.not_reached(work_by(db, staff, scene.clock()))]


async def test_staff_see_who_was_not_reached_until_the_visit(scene: Scene) -> None:
    maria, tom = scene.cast.maria, scene.cast.tom
    await scene.due()
    for _ in range(3):  # sent, without any receipt
        scene.clock.move(hours=1)
        await scene.run()
    assert await unreached(scene, maria) == [(await scene.reminder()).id]
    assert await unreached(scene, tom) == []
    scene.clock.now = ENDS
    assert await unreached(scene, maria) == []


async def test_a_reminder_that_a_phone_showed_is_not_on_the_call_list(scene: Scene) -> None:
    await scene.due()
    await receipt(scene, AttemptState.SHOWN)
    for _ in range(3):
        scene.clock.move(hours=1)
        await scene.run()
    assert await unreached(scene, scene.cast.maria) == []
