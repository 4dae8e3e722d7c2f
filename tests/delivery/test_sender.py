"""From due to sent, with workers that are killed, stop or race (cases 1, 2, 3, 5, 6)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from server.actor import Actor, ActorKind
from server.channels.protocol import Outcome, Result
from server.channels.push.host_list import HostList
from server.db import Database, Work
from server.delivery import receipts, sender
from server.delivery.outcomes import queue
from server.devices import subscriptions
from server.reminders import flow, rules
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import AttemptState, ReminderKind
from tests.cast import NOW, work_by
from tests.push_double import PushDouble
from tests.reminders.scene import ENDS, WHEN, Scene
from tests.stories import PUSH, browser_keys, device_of, rows


class Killed(BaseException):
    """Stands for kill -9."""


async def test_a_due_reminder_is_sent_once(scene: Scene) -> None:
    await scene.run()
    assert scene.push.sent == []
    await scene.due()
    await scene.run()
    [(address, message)] = scene.push.sent
    assert (address.endpoint, message.id) == (scene.phone.endpoint, (await scene.reminder()).id)
    assert (await scene.reminder()).state == "sent"
    [attempt] = await scene.attempts()
    assert (attempt.state, attempt.status, attempt.accepted_at) == ("accepted", 201, scene.clock())


@pytest.mark.parametrize("shared", [True, False])
async def test_case_38_a_patient_and_a_caregiver_on_one_phone_get_one_notification(scene: Scene, shared: bool) -> None:
    luis = scene.cast.luis
    async with scene.database.writing() as db:
        device = await device_of(db, luis)
        helper = Actor(ActorKind.CAREGIVER, luis.id, luis.clinic_id, patient_id=luis.patient_id, device_id=device.id)
        endpoint = scene.phone.endpoint if shared else PUSH + "his-own"
        await subscriptions.subscribe(
            Work(db, helper, NOW), subscriptions.NewSubscription(endpoint, *browser_keys()), HostList.parse("")
        )
    await scene.due()
    await scene.run()
    assert sorted(address.endpoint for address, _ in scene.push.sent) == sorted({scene.phone.endpoint, endpoint})


async def test_the_attempt_is_stored_before_the_send(scene: Scene) -> None:
    seen: list[str] = []

    async def look() -> None:
        seen.extend(attempt.state for attempt in await scene.attempts())

    scene.push.before = look
    await scene.due()
    assert seen == ["sending"]


async def test_case_1_a_worker_killed_before_its_claim_commits_leaves_the_reminder_due(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sender, "write_attempts", dies)
        scene.clock.move(hours=1)
        with pytest.raises(Killed):
            await scene.worker().tick()
    assert ((await scene.reminder()).state, await scene.attempts()) == ("scheduled", [])
    await scene.run()
    assert len(scene.push.sent) == 1


async def test_case_2_a_worker_killed_before_the_send_leaves_it_to_another_once_the_lease_ends(scene: Scene) -> None:
    async def dies() -> None:
        raise Killed

    scene.push.before = dies
    with pytest.raises(Killed):
        await scene.due()
    scene.push.before = None
    reminder = await scene.reminder()
    assert (reminder.state, reminder.lease_until) == ("sending", scene.clock() + rules.LEASE)
    scene.clock.move(seconds=rules.LEASE.total_seconds() - 1)
    await scene.run()
    assert len(scene.push.sent) == 1
    scene.clock.move(seconds=1)
    await scene.run()
    assert scene.push.ids == [reminder.id, reminder.id]
    assert [attempt.state for attempt in await scene.attempts()] == ["unknown", "accepted"]
    assert (await scene.reminder()).state == "sent"


async def test_case_3_a_worker_killed_after_the_send_leads_to_a_second_push_with_the_same_tag(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(queue, "write_outcomes", dies)
        with pytest.raises(Killed):
            await scene.due()
    scene.clock.move(minutes=2)
    await scene.run()
    scene.clock.move(minutes=30)
    await scene.run()
    assert len(scene.push.ids) == 2
    assert len(set(scene.push.ids)) == 1


async def test_case_3_a_receipt_of_the_killed_workers_push_prevents_the_second(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(queue, "write_outcomes", dies)
        with pytest.raises(Killed):
            await scene.due()
    async with scene.database.writing() as db:
        assert await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())
    scene.clock.move(minutes=2)
    await scene.run()
    assert len(scene.push.sent) == 1
    assert (await scene.reminder()).state == "sent"


async def test_case_5_two_workers_send_two_hundred_reminders_once_each(scene: Scene, database_url: str) -> None:
    other, push = Database(database_url), PushDouble()
    async with scene.database.writing() as db:
        for number in range(199):
            await flow.replan(
                work_by(db, scene.cast.maria, scene.clock()),
                flow.Subject(uuid4().hex, scene.cast.rosa.id, "/"),
                [Planned(ReminderKind.CHANGE, WHEN - timedelta(seconds=number % 60), ENDS)],
            )
    scene.clock.move(hours=1)

    async def works(database: Database) -> None:
        worker = scene.worker(database, push)
        while await worker.tick():
            pass

    await asyncio.gather(works(scene.database), works(other))
    await other.close()
    assert len(push.ids) == len(set(push.ids)) == 200
    assert {reminder.state for reminder in await rows(scene.database, Reminder)} == {"sent"}


async def test_case_6_a_worker_that_slept_past_its_lease_overwrites_nothing(scene: Scene) -> None:
    """It wakes up to a refusal, long after the other worker got its 201."""
    other = PushDouble()

    async def stopped() -> None:
        scene.clock.move(seconds=rules.LEASE.total_seconds() + 1)
        await scene.worker(push=other).tick()

    scene.push.before = stopped
    scene.push.says = Outcome(Result.REJECTED, 400, "too late")
    await scene.due()
    assert (len(scene.push.sent), len(other.sent)) == (1, 1)
    reminder = await scene.reminder()
    assert (reminder.state, reminder.reason, reminder.fence) == ("sent", None, 2)
    assert [attempt.fence for attempt in await scene.attempts()] == [1, 2]
