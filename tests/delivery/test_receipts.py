"""Receipts from devices, and the tokens that answer a reminder (cases 18, 19, 64)."""

import asyncio

import pytest

from server.access import sessions
from server.access.models import Device
from server.delivery import receipts
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import AttemptState, ReminderKind, ReminderState
from tests.cast import work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, plan, receipt
from tests.stories import rows


async def test_a_receipt_counts_the_first_time_it_arrives(scene: Scene) -> None:
    await scene.due()
    first = scene.clock.move(seconds=3)
    assert await receipt(scene, AttemptState.SHOWN)
    scene.clock.move(hours=1)
    assert await receipt(scene, AttemptState.SHOWN)
    [attempt] = await scene.attempts()
    assert (attempt.state, attempt.shown_at) == ("shown", first)


@pytest.mark.parametrize(
    ("events", "state", "times"),
    [
        (("shown",), "shown", (True, False, False)),
        (("opened",), "opened", (True, True, False)),
        (("answered",), "answered", (True, True, True)),
        (("opened", "shown"), "opened", (True, True, False)),
        (("answered", "opened", "shown"), "answered", (True, True, True)),
    ],
)
async def test_each_receipt_implies_the_earlier_ones(
    scene: Scene, events: tuple[receipts.Event, ...], state: str, times: tuple[bool, bool, bool]
) -> None:
    await scene.due()
    for event in events:
        assert await receipt(scene, event)
    [attempt] = await scene.attempts()
    kept = (attempt.shown_at, attempt.opened_at, attempt.answered_at)
    assert (attempt.state, tuple(at is not None for at in kept)) == (state, times)


async def test_an_unknown_token_marks_nothing(scene: Scene) -> None:
    await scene.due()
    for token in ("", "x", scene.push.token()[:-1], scene.push.token() + "x"):
        assert not await receipt(scene, AttemptState.SHOWN, token or " ")
    assert [attempt.state for attempt in await scene.attempts()] == ["accepted"]


async def redeem(scene: Scene) -> Reminder | None:
    async with scene.database.writing() as db:
        return await receipts.redeem(db, scene.push.token(), scene.clock())


async def test_a_token_answers_its_own_reminder(scene: Scene) -> None:
    await scene.due()
    found = await redeem(scene)
    assert found is not None
    assert found.subject_id == SUBJECT
    assert (await scene.reminder()).answered_at == scene.clock()
    assert [attempt.state for attempt in await scene.attempts()] == ["answered"]


async def test_a_token_does_not_answer_a_reminder_of_another_kind(scene: Scene) -> None:
    await plan(
        scene.database, scene.cast, [Planned(ReminderKind.CHECK_IN, WHEN, ENDS)]
    )  # instead of the visit's reminder
    await scene.due()
    assert await redeem(scene) is None
    assert {reminder.answered_at for reminder in await rows(scene.database, Reminder)} == {None}


async def test_a_token_ends_when_its_reminder_is_cancelled(scene: Scene) -> None:
    """The reminder was sent, then cancelled while the worker still waits for the outcome on another phone."""
    await scene.due()
    async with scene.database.writing() as db:
        (await db.get_one(Reminder, (await scene.reminder()).id)).state = ReminderState.CANCELLED
    assert await redeem(scene) is None


async def test_case_19_a_token_does_not_work_during_a_pause(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await pausing.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPICE)
    assert await redeem(scene) is None


async def test_case_64_a_token_ends_with_the_phone_to_which_it_was_sent(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        phone = await db.get_one(Device, scene.phone.device_id)
        await sessions.end_device(work_by(db, scene.cast.maria, scene.clock()), phone)
    assert await redeem(scene) is None
    assert (await scene.reminder()).answered_at is None


async def test_two_receipts_that_arrive_at_once_are_both_kept(scene: Scene) -> None:
    await scene.due()
    assert all(await asyncio.gather(receipt(scene, AttemptState.SHOWN), receipt(scene, AttemptState.OPENED)))
    [attempt] = await rows(scene.database, Attempt)
    assert attempt.state == "opened"
    assert attempt.shown_at is not None
    assert attempt.opened_at is not None
