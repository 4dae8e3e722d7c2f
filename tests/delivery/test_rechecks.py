"""A reminder that is cancelled, moved or paused between the claim and the send is not sent (cases 13, 19)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from server.access.models import Subscription
from server.delivery import claims
from server.delivery.rechecks import Recheck, recheck
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders import flow
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, just_before_sending, plan


async def test_case_13_a_reminder_cancelled_between_claim_and_send_is_not_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancel() -> None:
        async with scene.database.writing() as db:
            await flow.cancel(work_by(db, scene.cast.maria, scene.clock()), SUBJECT, "cancelled")

    just_before_sending(monkeypatch, cancel)
    await scene.due()
    reminder = await scene.reminder()
    assert (scene.push.sent, reminder.state, reminder.reason) == ([], "cancelled", "cancelled")


async def test_case_13_a_reminder_moved_between_claim_and_send_is_sent_at_its_new_time(
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
        await pausing.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPITAL)


async def test_case_19_a_pause_between_claim_and_send_stops_the_send(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    just_before_sending(monkeypatch, lambda: pause(scene))
    await scene.due()
    assert scene.push.sent == []


async def test_a_device_signed_out_between_claim_and_send_gets_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sign_out() -> None:
        async with scene.database.writing() as db:
            ended = {"ended_at": scene.clock(), "end_reason": "signed-out"}
            await db.execute(update(Subscription).where(Subscription.id == scene.phone.id).values(**ended))

    just_before_sending(monkeypatch, sign_out)
    await scene.due()
    assert scene.push.sent == []


async def test_an_attempt_of_another_claim_is_withdrawn(scene: Scene) -> None:
    scene.clock.move(hours=1)
    async with scene.database.writing() as db:
        claimed = await claims.claim_due(db, scene.clock())
        [outgoing] = await claims.write_attempts(db, claimed, scene.clock(), "https://localhost")
        later = replace(outgoing, fence=outgoing.fence + 1)
        unknown = replace(outgoing, attempt_id="made up")
        changed = replace(outgoing, combined=1)
        for each, answer in (
            (outgoing, Recheck.GO),
            (later, Recheck.WITHDRAWN),
            (unknown, Recheck.WITHDRAWN),
            (changed, Recheck.CHANGED),
        ):
            assert await recheck(db, [each]) == {each.attempt_id: answer}
