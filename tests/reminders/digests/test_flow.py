"""Reminders that are due together share a notification, and none is lost."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from server.access.models import Subscription
from server.delivery import receipts
from server.delivery.batch import patients_of
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders import flow, settlement, status
from server.reminders.digests import flow as digests
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import AttemptState, ReminderKind
from tests.cast import NOW, Cast, work_by
from tests.reminders.digests.scene import DAY, OTHER, THIRD, by_subject, check_in, notification_of
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, just_before_sending, plan
from tests.stories import audited, rows


async def test_a_visit_and_a_check_in_due_together_are_one_notification(scene: Scene) -> None:
    await check_in(scene, OTHER)
    await scene.due()
    assert len(scene.push.sent) == 1
    assert notification_of(scene)["title"] == "You have a visit coming up"
    assert notification_of(scene)["body"].endswith("A check-in is ready too.")
    assert notification_of(scene)["navigate"].startswith("https://localhost/?from=")
    found = await by_subject(scene)
    assert (found[SUBJECT].state, found[OTHER].state) == ("sent", "combined")
    assert found[OTHER].carrier_id == found[SUBJECT].id
    assert "reminder.combined" in await audited(scene.database, found[OTHER].id)


async def test_staff_see_a_combined_reminder_with_the_state_of_its_notification(scene: Scene) -> None:
    await check_in(scene, OTHER)
    await scene.due()
    async with scene.database.writing() as db:
        await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())
        [one] = await status.with_attempts(db, await flow.of_subject(db, OTHER))
    assert one.state == "shown"


async def test_a_reminder_due_within_two_hours_joins_the_notification(scene: Scene) -> None:
    """A nudge due at eleven goes out with the visit's reminder at ten."""
    await plan(scene.database, scene.cast, [Planned(ReminderKind.NUDGE, WHEN + timedelta(hours=1), ENDS + DAY)], OTHER)
    await scene.due()
    assert notification_of(scene)["body"].endswith("A check-in is still open too.")
    scene.clock.move(hours=2)
    await scene.run()
    assert len(scene.push.sent) == 1


async def test_a_reminder_waits_for_a_check_in_that_opens_soon(scene: Scene) -> None:
    await check_in(scene, OTHER, timedelta(hours=1))
    await scene.due()
    assert scene.push.sent == []
    scene.clock.move(hours=1)
    await scene.run()
    assert len(scene.push.sent) == 1
    assert notification_of(scene)["body"].endswith("A check-in is ready too.")


async def test_two_visits_on_one_day_are_one_notification(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, WHEN, ENDS + timedelta(hours=1))], OTHER)
    await scene.due()
    assert len(scene.push.sent) == 1
    assert notification_of(scene)["body"].endswith("Another visit is coming up too.")


async def test_a_third_notification_on_one_day_waits_for_the_morning(scene: Scene) -> None:
    await check_in(scene, OTHER, timedelta(hours=3), 2 * DAY)
    await check_in(scene, THIRD, timedelta(hours=6), 2 * DAY)
    for _ in range(4):
        await scene.due()
        scene.clock.move(hours=2)
    assert len(scene.push.sent) == 2
    waiting = (await by_subject(scene))[THIRD]
    assert (waiting.state, waiting.next_at.isoformat()) == ("scheduled", "2026-11-17T14:00:00+00:00")
    scene.clock.now = waiting.next_at
    await scene.run()
    assert len(scene.push.sent) == 3


async def test_a_reminder_that_would_be_over_by_then_is_not_sent_and_staff_see_why(scene: Scene) -> None:
    await check_in(scene, OTHER, timedelta(hours=3))
    await check_in(scene, THIRD, timedelta(hours=6), timedelta(hours=9))
    for _ in range(4):
        await scene.due()
        scene.clock.move(hours=2)
    reminder = (await by_subject(scene))[THIRD]
    assert (reminder.state, reminder.reason, len(scene.push.sent)) == ("skipped", "enough was sent that day", 2)


async def test_the_last_reminder_before_a_visit_is_never_held_back(scene: Scene) -> None:
    for number, subject in enumerate((OTHER, THIRD)):
        await check_in(scene, subject, timedelta(hours=3 * number + 3))
    last = WHEN + timedelta(hours=9)
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, last, last + timedelta(hours=2))], "d" * 32)
    for _ in range(10):
        await scene.due()
        await scene.run()
    assert (await by_subject(scene))["d" * 32].state == "sent"


async def test_without_a_device_each_combined_reminder_counts_as_not_reached(scene: Scene) -> None:
    async with scene.database.writing() as db:
        (await db.get_one(Subscription, scene.phone.id)).ended_at = NOW
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, WHEN, ENDS + timedelta(hours=1))], OTHER)
    await scene.due()
    await scene.run()
    assert {reminder.state for reminder in await rows(scene.database, Reminder)} == {"failed"}


async def test_case_13_a_digest_is_rewritten_when_a_member_is_cancelled(scene: Scene, monkeypatch: Any) -> None:
    await check_in(scene, OTHER)

    async def answered() -> None:
        async with scene.database.writing() as db:
            await settlement.settle(work_by(db, scene.cast.rosa, scene.clock()), OTHER)

    with monkeypatch.context() as patch:
        just_before_sending(patch, answered)
        await scene.due()
    assert scene.push.sent == []
    scene.clock.move(minutes=1)
    await scene.run()
    assert "check-in" not in notification_of(scene)["body"]


async def test_case_19_a_pause_cancels_both(scene: Scene, cast: Cast) -> None:
    await check_in(scene, OTHER)
    async with scene.database.writing() as db:
        await pausing.pause(
            work_by(db, cast.maria), await db.get_one(type(cast.rosa), cast.rosa.id), PauseReason.HOSPITAL
        )
    await scene.due()
    await scene.run()
    assert (scene.push.sent, {r.state for r in await rows(scene.database, Reminder)}) == ([], {"cancelled"})


async def test_a_visits_own_next_reminder_keeps_its_time(scene: Scene) -> None:
    both = [Planned(ReminderKind.VISIT, WHEN, ENDS), Planned(ReminderKind.VISIT, WHEN + timedelta(hours=1), ENDS)]
    await plan(scene.database, scene.cast, both)
    await scene.due()
    assert sorted(r.state for r in await rows(scene.database, Reminder)) == ["scheduled", "sent"]
    assert "too" not in notification_of(scene)["body"]


async def test_a_reminder_that_was_sent_before_goes_on_alone(scene: Scene) -> None:
    await check_in(scene, OTHER)
    async with scene.database.writing() as db:
        found = {reminder.subject_id: reminder for reminder in await db.scalars(select(Reminder))}
        found[SUBJECT].notified_at = NOW
        claimed = [found[SUBJECT]]
        later = scene.clock() + timedelta(hours=1)
        combined = await digests.combine(db, claimed, await patients_of(db, claimed), later)
        assert combined == digests.Digests(claimed, [])
        assert found[OTHER].state == "scheduled"
