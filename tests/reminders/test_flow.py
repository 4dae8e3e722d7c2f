"""Planning, cancelling and answering are idempotent (cases 4, 14, 17, 64)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from server.access import sessions
from server.access.models import Device
from server.audit import AuditEvent
from server.delivery import receipts
from server.people import flow as people
from server.people.models import Patient, Staff
from server.people.rules import PauseReason
from server.reminders import flow, status
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import AttemptState, Planned, ReminderKind, ReminderState
from tests.cast import work_by
from tests.reminders.scene import ENDS, SUBJECT, WHEN, Scene, plan
from tests.stories import audited, rows

FIRST = Planned(ReminderKind.VISIT, WHEN, ENDS)
SECOND = Planned(ReminderKind.VISIT, WHEN + timedelta(hours=1), ENDS)


async def states(scene: Scene) -> dict[str, str]:
    """Hours after WHEN → state, of all the subject's reminders."""
    found = await rows(scene.database, Reminder, Reminder.subject_id == SUBJECT)
    return {f"{(reminder.moment - WHEN).total_seconds() / 3600:g}": reminder.state for reminder in found}


async def test_planning_again_changes_nothing(scene: Scene) -> None:
    before, events = await scene.reminder(), len(await rows(scene.database, AuditEvent))
    await plan(scene.database, scene.cast, [FIRST])
    assert (await scene.reminder()).id == before.id
    assert len(await rows(scene.database, AuditEvent)) == events


async def test_what_is_no_longer_wanted_is_cancelled_and_comes_back_under_its_id(scene: Scene) -> None:
    first = await scene.reminder()
    await plan(scene.database, scene.cast, [SECOND])
    assert await states(scene) == {"0": "cancelled", "1": "scheduled"}
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    assert await states(scene) == {"0": "scheduled", "1": "scheduled"}
    assert first.id in {reminder.id for reminder in await rows(scene.database, Reminder)}
    await plan(scene.database, scene.cast, [])
    assert await states(scene) == {"0": "cancelled", "1": "cancelled"}


async def test_case_14_what_was_sent_is_neither_sent_again_nor_forgotten(scene: Scene) -> None:
    await scene.due()
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    await scene.run()
    assert (await states(scene), len(scene.push.sent)) == ({"0": "sent", "1": "scheduled"}, 1)
    await plan(scene.database, scene.cast, [])
    assert (await states(scene))["0"] == "sent"


async def test_case_17_the_database_itself_holds_one_reminder_for_subject_kind_and_moment(scene: Scene) -> None:
    held = await scene.reminder()
    values = {name: getattr(held, name) for name in ("clinic_id", "patient_id", "kind", "subject_id", "moment", "path")}
    async with scene.database.reading() as db:
        db.add(Reminder(**values, expires_at=ENDS, next_at=WHEN, detail=None))
        with pytest.raises(IntegrityError):
            await db.flush()


async def test_cancelling_is_told_once(scene: Scene) -> None:
    for _ in range(2):
        async with scene.database.writing() as db:
            await flow.cancel(work_by(db, scene.cast.maria), SUBJECT, "cancelled")
    reminder = await scene.reminder()
    assert (reminder.state, reminder.reason) == ("cancelled", "cancelled")
    assert (await audited(scene.database, reminder.id)).count("reminder.cancelled") == 1


async def receipt(scene: Scene, event: receipts.Event, token: str | None = None) -> bool:
    async with scene.database.writing() as db:
        return await receipts.take_receipt(db, token or scene.push.token(), event, scene.clock())


async def test_a_receipt_is_kept_once_the_first_time_it_is_told(scene: Scene) -> None:
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
async def test_each_receipt_implies_the_ones_before_it(
    scene: Scene, events: tuple[receipts.Event, ...], state: str, times: tuple[bool, bool, bool]
) -> None:
    await scene.due()
    for event in events:
        assert await receipt(scene, event)
    [attempt] = await scene.attempts()
    kept = (attempt.shown_at, attempt.opened_at, attempt.answered_at)
    assert (attempt.state, tuple(at is not None for at in kept)) == (state, times)


async def test_a_token_that_we_never_gave_marks_nothing(scene: Scene) -> None:
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


async def test_a_token_answers_nothing_of_another_kind(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [Planned(ReminderKind.CHECK_IN, WHEN, ENDS)])  # in place of the visit's
    await scene.due()
    assert await redeem(scene) is None
    assert {reminder.answered_at for reminder in await rows(scene.database, Reminder)} == {None}


async def test_a_token_ends_when_its_reminder_is_called_off(scene: Scene) -> None:
    """Sent, then taken back while the worker still waits for the outcome of another phone."""
    await scene.due()
    async with scene.database.writing() as db:
        (await db.get_one(Reminder, (await scene.reminder()).id)).state = ReminderState.CANCELLED
    assert await redeem(scene) is None


async def test_case_19_a_token_is_worth_nothing_in_a_pause(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        rosa = await db.get_one(Patient, scene.cast.rosa.id)
        await people.pause(work_by(db, scene.cast.maria, scene.clock()), rosa, PauseReason.HOSPICE)
    assert await redeem(scene) is None


async def test_case_64_a_token_ends_with_the_phone_it_was_sent_to(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        phone = await db.get_one(Device, scene.phone.device_id)
        await sessions.end_device(work_by(db, scene.cast.maria, scene.clock()), phone)
    assert await redeem(scene) is None
    assert (await scene.reminder()).answered_at is None


async def test_case_18_settling_answers_what_was_sent_and_stops_what_is_to_come(scene: Scene) -> None:
    await plan(scene.database, scene.cast, [FIRST, SECOND])
    await scene.due()
    for _ in range(2):
        async with scene.database.writing() as db:
            await flow.settle(work_by(db, scene.cast.rosa, scene.clock()), SUBJECT)
    assert await states(scene) == {"0": "sent", "1": "cancelled"}
    async with scene.database.reading() as db:
        found = await status.with_attempts(db, await flow.of_subject(db, SUBJECT))
    assert [one.state for one in found] == ["answered", "cancelled"]


async def test_two_receipts_at_once_are_kept(scene: Scene) -> None:
    await scene.due()
    assert all(await asyncio.gather(receipt(scene, AttemptState.SHOWN), receipt(scene, AttemptState.OPENED)))
    [attempt] = await rows(scene.database, Attempt)
    assert attempt.state == "opened"
    assert attempt.shown_at is not None
    assert attempt.opened_at is not None


async def unreached(scene: Scene, staff: Staff) -> list[str]:
    async with scene.database.reading() as db:
        return [reminder.id for reminder in await status.not_reached(work_by(db, staff, scene.clock()))]


async def test_staff_see_who_was_not_reached_until_the_visit(scene: Scene) -> None:
    maria, tom = scene.cast.maria, scene.cast.tom
    await scene.due()
    for _ in range(3):  # sent, and nothing was heard of it
        scene.clock.move(hours=1)
        await scene.run()
    assert await unreached(scene, maria) == [(await scene.reminder()).id]
    assert await unreached(scene, tom) == []
    scene.clock.now = ENDS
    assert await unreached(scene, maria) == []


async def test_what_a_phone_has_shown_is_on_no_call_list(scene: Scene) -> None:
    await scene.due()
    await receipt(scene, AttemptState.SHOWN)
    for _ in range(3):
        scene.clock.move(hours=1)
        await scene.run()
    assert await unreached(scene, scene.cast.maria) == []
