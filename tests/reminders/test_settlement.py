"""An answer settles the reminder on every channel (case 18)."""

from server.reminders import flow, settlement, status
from tests.cast import work_by
from tests.reminders.scene import FIRST, SECOND, SUBJECT, Scene, plan, states


async def test_case_18_an_answer_settles_sent_reminders_and_cancels_coming_ones(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    await scene.due()
    for _ in range(2):
        async with scene.database.writing() as db:
            await settlement.settle(work_by(db, scene.cast.rosa, scene.clock()), SUBJECT)
    assert await states(scene) == {"0": "sent", "1": "cancelled"}
    async with scene.database.reading() as db:
        found = await status.with_attempts(db, await flow.of_subject(db, SUBJECT))
    assert [one.state for one in found] == ["answered", "cancelled"]
