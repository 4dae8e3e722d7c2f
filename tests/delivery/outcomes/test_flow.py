"""Each outcome leads to a retry, the next channel or the end (cases 22 to 26)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.access.models import Subscription
from server.channels.protocol import Outcome, Result
from server.channels.push.host_list import HostList
from server.db import Work
from server.delivery import claims, receipts
from server.delivery.outcomes import flow
from server.devices.subscriptions import NewSubscription, subscribe
from server.reminders import rules
from server.reminders import status as reminder_status
from server.reminders.states import AttemptState
from tests.cast import acting, work_by
from tests.push_double import PushDouble
from tests.reminders.scene import Scene
from tests.stories import audited, browser_keys, device_of, rows, subscribed

OVER = ("failed", "unreached", "missed")


async def test_case_23_an_endpoint_that_is_gone_ends_its_subscription(scene: Scene) -> None:
    scene.push.says = Outcome(Result.GONE, 410)
    await scene.due()
    await scene.run()
    [phone] = await rows(scene.database, Subscription)
    assert (phone.ended_at, phone.end_reason) == (scene.clock(), "gone")
    reminder = await scene.reminder()
    assert (len(scene.push.sent), reminder.state in OVER) == (1, True)
    assert reminder.reason
    async with scene.database.reading() as db:
        unreached = await reminder_status.not_reached(work_by(db, scene.cast.maria, scene.clock()))
    assert [each.id for each in unreached] == [reminder.id]


async def test_case_23_a_caregivers_phone_still_gets_the_reminder(scene: Scene) -> None:
    async with scene.database.writing() as db:
        other = await subscribed(db, scene.cast.luis)
    scene.push.answers = {scene.phone.endpoint: Outcome(Result.GONE, 404)}
    await scene.due()
    await scene.run()
    ended = {phone.id: phone.end_reason for phone in await rows(scene.database, Subscription)}
    assert ended == {scene.phone.id: "gone", other.id: None}
    assert (await scene.reminder()).state == "sent"


async def test_case_97_an_endpoint_that_is_gone_ends_for_every_patient_of_the_phone(scene: Scene) -> None:
    """A caregiver's phone has one endpoint, and a subscription with it for each patient."""
    async with scene.database.writing() as db:
        sharing = await device_of(db, scene.cast.luis)
        new = NewSubscription(scene.phone.endpoint, *browser_keys())
        work = Work(db, replace(acting(scene.cast.luis), device_id=sharing.id), scene.clock())
        await subscribe(work, new, HostList.parse(""), sharing=[scene.phone.device_id])
        other = await subscribed(db, scene.cast.walter)
    scene.push.answers = {scene.phone.endpoint: Outcome(Result.GONE, 410)}
    await scene.due()
    await scene.run()
    ended = {phone.device_id: phone.end_reason for phone in await rows(scene.database, Subscription)}
    assert ended == {scene.phone.device_id: "gone", sharing.id: "gone", other.device_id: None}


async def test_case_26_a_temporary_failure_is_retried_later(scene: Scene) -> None:
    scene.push.says = Outcome(Result.LATER, 503, "busy")
    await scene.due()
    reminder = await scene.reminder()
    assert reminder.state == "scheduled"
    assert timedelta(seconds=15) <= reminder.next_at - scene.clock() <= timedelta(seconds=30)
    assert [(a.state, a.status, a.reason) for a in await scene.attempts()] == [("failed", 503, "busy")]
    await scene.run()
    assert len(scene.push.sent) == 1
    scene.push.says = Outcome(Result.ACCEPTED, 201)
    scene.clock.move(seconds=30)
    await scene.run()
    assert (len(scene.push.sent), (await scene.reminder()).state) == (2, "sent")
    assert (await rows(scene.database, Subscription))[0].ended_at is None


async def test_case_22_the_service_sets_the_wait(scene: Scene) -> None:
    scene.push.says = Outcome(Result.LATER, 429, retry_after=300)
    await scene.due()
    scene.push.says = Outcome(Result.ACCEPTED, 201)
    scene.clock.move(seconds=299)
    await scene.run()
    assert len(scene.push.sent) == 1
    scene.clock.move(seconds=2)
    await scene.run()
    assert len(scene.push.sent) == 2


async def test_case_26_retries_stop_when_the_reminder_expires(scene: Scene) -> None:
    scene.push.says = Outcome(Result.LATER, 503)
    await scene.due()
    for _ in range(24):
        scene.clock.move(minutes=15)
        await scene.run()
    assert (await scene.reminder()).state in OVER
    assert len(scene.push.sent) <= rules.MOST_TRIES


async def test_case_25_a_permanent_failure_is_tried_once(scene: Scene) -> None:
    scene.push.says = Outcome(Result.REJECTED, 413, "the message is longer than 2048 bytes")
    await scene.due()
    for _ in range(3):
        await scene.run()
        scene.clock.move(minutes=30)
    reminder = await scene.reminder()
    assert (len(scene.push.sent), reminder.state in OVER) == (1, True)
    assert [attempt.reason for attempt in await scene.attempts()] == ["the message is longer than 2048 bytes"]
    assert (await rows(scene.database, Subscription))[0].ended_at is None


async def test_case_24_a_refusal_never_ends_the_subscription(scene: Scene) -> None:
    scene.push.says = Outcome(Result.REFUSED, 403, "BadJwtToken")
    await scene.due()
    reminder = await scene.reminder()
    assert reminder.state == "scheduled"
    assert reminder.next_at - scene.clock() >= timedelta(minutes=10)
    assert (await rows(scene.database, Subscription))[0].ended_at is None


async def test_an_unknown_push_waits_for_its_receipt_before_it_is_sent_again(scene: Scene) -> None:
    scene.push.says = Outcome(Result.UNKNOWN, None, "the connection broke")
    await scene.due()
    assert [attempt.state for attempt in await scene.attempts()] == ["unknown"]
    scene.clock.move(seconds=rules.LEASE.total_seconds() - 1)
    await scene.run()
    assert len(scene.push.sent) == 1
    scene.clock.move(minutes=1)
    await scene.run()
    assert scene.push.ids == [scene.push.ids[0]] * 2


async def test_a_receipt_prevents_the_second_send(scene: Scene) -> None:
    scene.push.says = Outcome(Result.UNKNOWN)
    await scene.due()
    async with scene.database.writing() as db:
        await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())
    scene.clock.move(minutes=10)
    await scene.run()
    assert len(scene.push.sent) == 1
    assert ((await scene.reminder()).state, (await scene.attempts())[0].state) == ("sent", "shown")


async def test_a_receipt_may_arrive_before_the_services_answer(scene: Scene) -> None:
    async def shows() -> None:
        async with scene.database.writing() as db:
            await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())

    scene.push.before = shows
    await scene.due()
    assert [attempt.state for attempt in await scene.attempts()] == ["shown"]
    assert (await scene.reminder()).state == "sent"


async def test_only_the_phone_that_failed_is_tried_again(scene: Scene) -> None:
    async with scene.database.writing() as db:
        other = await subscribed(db, scene.cast.luis)
    scene.push.answers = {other.endpoint: Outcome(Result.LATER, 503)}
    await scene.due()
    scene.push.answers = {}
    scene.clock.move(minutes=1)
    await scene.run()
    tried = [address.endpoint for address, _ in scene.push.sent]
    assert sorted(tried) == sorted([scene.phone.endpoint, other.endpoint, other.endpoint])
    assert (await scene.reminder()).state == "sent"


@pytest.mark.parametrize("result", list(Result))
async def test_the_attempt_itself_is_the_record_of_a_send(scene: Scene, result: Result) -> None:
    """The audit log holds what people did, and what became of a reminder that was not sent."""
    scene.push.says = Outcome(result, 299, "as it said")
    await scene.due()
    [attempt] = await scene.attempts()
    state = {Result.ACCEPTED: "accepted", Result.UNKNOWN: "unknown"}.get(result, "failed")
    assert (attempt.state, attempt.status, attempt.reason) == (state, 299, "as it said")
    assert await audited(scene.database, attempt.id) == []
    assert "reminder.sent" not in await audited(scene.database, attempt.reminder_id)


async def test_a_worker_that_was_fenced_off_still_records_its_own_outcome(scene: Scene) -> None:
    """Its endpoint is gone, whichever worker sends meanwhile."""
    other = PushDouble()

    async def stopped() -> None:
        scene.clock.move(minutes=2)
        await scene.worker(push=other).tick()

    scene.push.before, scene.push.says = stopped, Outcome(Result.GONE, 410)
    await scene.due()
    assert (await rows(scene.database, Subscription))[0].end_reason == "gone"
    assert (await scene.reminder()).state == "sent"


async def test_an_outcome_of_an_earlier_claim_leaves_the_reminder_to_the_later_one(scene: Scene) -> None:
    scene.clock.move(hours=1)
    async with scene.database.writing() as db:
        claimed = await claims.claim_due(db, scene.clock())
        [outgoing] = await claims.write_attempts(db, claimed, scene.clock(), "https://localhost")
        claimed[0].fence += 1
        done = [(outgoing, Outcome(Result.ACCEPTED, 201))]
        assert flow.by_reminder(done) == {outgoing.reminder_id: done}
        assert await flow.write_outcomes(db, done, scene.clock()) == []
    assert (await scene.reminder()).state == "sending"
