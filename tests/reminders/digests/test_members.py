"""The members of a digest become due again if their carrier is cancelled before it was sent."""

from server.channels.protocol import Outcome, Result
from server.reminders import flow
from server.reminders.digests import members
from tests.cast import work_by
from tests.reminders.digests.scene import OTHER, by_subject, check_in, notification_of
from tests.reminders.scene import SUBJECT, Scene


async def test_a_carrier_cancelled_before_the_send_releases_its_members(scene: Scene) -> None:
    scene.push.says = Outcome(Result.LATER, 429, retry_after=60)
    await check_in(scene, OTHER)
    await scene.due()
    scene.push.says = Outcome(Result.ACCEPTED, 201)
    async with scene.database.writing() as db:
        await flow.cancel(work_by(db, scene.cast.maria, scene.clock()), SUBJECT, "cancelled")
    await scene.run()
    assert notification_of(scene)["title"] == "You have a check-in ready"
    found = await by_subject(scene)
    assert (found[SUBJECT].state, found[OTHER].state, found[OTHER].carrier_id) == ("cancelled", "sent", None)


async def test_after_the_send_nothing_is_sent_again(scene: Scene) -> None:
    await check_in(scene, OTHER)
    await scene.due()
    async with scene.database.writing() as db:
        await flow.cancel(work_by(db, scene.cast.maria, scene.clock()), SUBJECT, "cancelled")
    await scene.run()
    assert len(scene.push.sent) == 1


async def test_a_carrier_counts_its_members(scene: Scene) -> None:
    await check_in(scene, OTHER)
    await scene.due()
    found = await by_subject(scene)
    async with scene.database.reading() as db:
        assert await members.count_combined(db, [found[SUBJECT].id, found[OTHER].id]) == {found[SUBJECT].id: 1}
        assert await members.count_combined(db, []) == {}
