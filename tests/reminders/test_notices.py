"""Notices are sent at once, and a change withdraws earlier messages (case 13)."""

from datetime import datetime, timedelta

import pytest

from server.delivery import claims, receipts
from server.reminders import flow, notices
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import work_by
from tests.reminders.scene import ENDS, SUBJECT, Scene, plan
from tests.stories import rows

HOUR = timedelta(hours=1)


async def tell(scene: Scene, expires_at: datetime = ENDS + HOUR) -> None:
    """The visit has moved, and its patient is notified."""
    notice = Notice(ReminderKind.CHANGE, scene.cast.rosa.id, SUBJECT, f"/visits/{SUBJECT}", expires_at, "now 2 PM")
    async with scene.database.writing() as db:
        await notices.notify_of_change(work_by(db, scene.cast.maria, scene.clock()), notice)


async def changes(scene: Scene) -> list[Reminder]:
    found = await rows(scene.database, Reminder, Reminder.kind == ReminderKind.CHANGE)
    return sorted(found, key=lambda reminder: reminder.moment)


async def test_a_patient_who_was_not_reminded_hears_nothing_of_a_change(scene: Scene) -> None:
    await tell(scene)
    assert await changes(scene) == []
    assert (await scene.reminder()).state == "scheduled"


async def test_a_patient_who_was_reminded_hears_at_once_and_the_old_links_stop_working(scene: Scene) -> None:
    await scene.due()
    token = scene.push.token()
    await tell(scene)
    [change] = await changes(scene)
    assert (change.state, change.next_at, change.detail) == ("scheduled", scene.clock(), "now 2 PM")
    async with scene.database.writing() as db:
        assert await receipts.redeem(db, token, scene.clock()) is None


async def test_a_notice_that_would_come_too_late_is_not_sent(scene: Scene) -> None:
    await scene.due()
    await tell(scene, expires_at=scene.clock())
    assert await changes(scene) == []


async def test_two_simultaneous_changes_are_one_notice_with_the_newer_text(scene: Scene) -> None:
    await scene.due()
    await tell(scene)
    await tell(scene, ENDS + 2 * HOUR)
    [change] = await changes(scene)
    assert change.expires_at == ENDS + 2 * HOUR


async def test_a_later_change_replaces_the_earlier_notice(scene: Scene) -> None:
    await scene.due()
    await tell(scene)
    scene.clock.move(minutes=1)
    await tell(scene)
    assert [change.state for change in await changes(scene)] == ["cancelled", "scheduled"]


async def test_case_13_a_worker_that_is_sending_the_old_time_is_fenced_off(scene: Scene) -> None:
    scene.clock.move(hours=1)
    async with scene.database.writing() as db:
        [claimed] = await claims.claim_due(db, scene.clock())
    await tell(scene)
    [after] = await rows(scene.database, Reminder, Reminder.id == claimed.id)
    assert (claimed.state, after.state, after.fence) == ("sending", "scheduled", claimed.fence + 1)
    assert len(await changes(scene)) == 1


@pytest.mark.parametrize("audience", ["staff", "device", "everybody"])
async def test_a_notice_goes_to_the_person_it_names(scene: Scene, audience: str) -> None:
    cast, phone = scene.cast, scene.phone
    to = {"staff_id": cast.ken.id} if audience == "staff" else {}
    to |= {"device_id": phone.device_id} if audience == "device" else {}
    notice = Notice(ReminderKind.TEST, cast.rosa.id, "d" * 32, "/", ENDS, **to)
    async with scene.database.writing() as db:
        made = await notices.remind_now(work_by(db, cast.maria, scene.clock()), notice)
    expected = {"staff": cast.ken.id, "device": phone.device_id, "everybody": "patient"}[audience]
    assert (made.audience, made.moment, made.next_at) == (expected, scene.clock(), scene.clock())


async def test_planning_again_leaves_the_notice_of_a_change_alone(scene: Scene) -> None:
    await scene.due()
    await tell(scene)
    await plan(scene.database, scene.cast, [Planned(ReminderKind.VISIT, ENDS + HOUR, ENDS + 2 * HOUR)])
    async with scene.database.reading() as db:
        states = {(r.kind, r.state) for r in await flow.of_subject(db, SUBJECT)}
    assert ("change", "scheduled") in states
