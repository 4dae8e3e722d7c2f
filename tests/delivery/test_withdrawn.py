"""Expired, cancelled and paused reminders are not sent (cases 12, 13, 19)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from server.access.models import Subscription
from server.db import Work
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import PauseReason
from server.reminders import flow
from server.reminders.models import Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import acting, work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, just_before_sending, plan
from tests.stories import PUSH, device_of, subscribed


async def test_case_12_after_three_days_down_what_has_passed_is_missed_and_told(scene: Scene) -> None:
    scene.clock.move(days=3)
    await scene.run()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state) == ([], "missed")
    assert reminder.reason


async def test_case_12_what_is_late_but_useful_is_still_sent(scene: Scene) -> None:
    scene.clock.move(hours=4, minutes=59)
    await scene.run()
    [(_, message)] = scene.push.sent
    assert 0 < message.ttl <= 60


async def test_case_13_cancelled_between_claim_and_send_it_is_not_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancel() -> None:
        async with scene.database.writing() as db:
            await flow.cancel(work_by(db, scene.cast.maria, scene.clock()), SUBJECT, "cancelled")

    just_before_sending(monkeypatch, cancel)
    await scene.due()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state, reminder.reason) == ([], "cancelled", "cancelled")


async def test_case_13_moved_between_claim_and_send_it_is_sent_when_it_is_due(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Planned(ReminderKind.VISIT, WHEN + timedelta(hours=2), ENDS + timedelta(hours=2))

    async def move() -> None:
        await plan(scene.database, scene.cast, [later])

    with monkeypatch.context() as patch:
        just_before_sending(patch, move)
        await scene.due()
    assert scene.push.sent == []
    scene.clock.move(hours=2)
    await scene.run()
    assert len(scene.push.sent) == 1


async def pause(scene: Scene) -> None:
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await people.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPITAL)


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


async def test_case_19_a_pause_between_claim_and_send_holds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    just_before_sending(monkeypatch, lambda: pause(scene))
    await scene.due()
    assert scene.push.sent == []


async def test_signed_out_between_claim_and_send_it_is_not_sent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sign_out() -> None:
        async with scene.database.writing() as db:
            ended = {"ended_at": scene.clock(), "end_reason": "signed-out"}
            await db.execute(update(Subscription).where(Subscription.id == scene.phone.id).values(**ended))

    just_before_sending(monkeypatch, sign_out)
    await scene.due()
    assert scene.push.sent == []


async def test_one_row_that_does_not_open_keeps_nobody_else_waiting(scene: Scene) -> None:
    """A phone of Walter's whose stored address was damaged."""
    async with scene.database.writing() as db:
        broken = await subscribed(db, scene.cast.walter)
        values = {"endpoint_sealed": scene.phone.endpoint_sealed}
        await db.execute(update(Subscription).where(Subscription.id == broken.id).values(**values))
        walter = acting(scene.cast.walter)
        for_walter = Planned(ReminderKind.VISIT, WHEN - timedelta(minutes=1), ENDS)
        await flow.replan(Work(db, walter, WHEN), flow.Subject("c" * 32, walter.id, "/"), [for_walter])
    scene.clock.move(hours=1)
    await asyncio.gather(scene.worker().tick(), return_exceptions=True)
    scene.clock.move(minutes=2)
    await asyncio.gather(scene.worker().tick(), return_exceptions=True)
    assert scene.phone.endpoint in {address.endpoint for address, _ in scene.push.sent}


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
