"""Accepted sends are recorded together: each attempt and reminder gets what it would get alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from server.channels.protocol import Outcome, Result
from server.delivery import claims
from server.delivery.attempts import Outgoing
from server.delivery.outcomes.accepted import Done, is_accepted, write_accepted
from server.delivery.outcomes.flow import by_reminder
from server.reminders import flow
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import AttemptState, ReminderKind
from tests.cast import work_by
from tests.delivery.locking import lock_rows, postgres_only
from tests.reminders.scene import ENDS, WHEN, Scene
from tests.stories import rows, subscribed

TAKEN = Outcome(Result.ACCEPTED, 201)


@pytest.fixture
async def claimed(scene: Scene) -> list[Outgoing]:
    """Three claimed reminders, each with an attempt on the patient's phone and on the caregiver's."""
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
        for _ in range(2):
            subject = flow.Subject(uuid4().hex, scene.cast.rosa.id, "/")
            planned = [Planned(ReminderKind.CHANGE, WHEN, ENDS)]
            await flow.replan(work_by(db, scene.cast.maria, scene.clock()), subject, planned)
    scene.clock.move(hours=1)
    async with scene.database.writing() as db:
        due = await claims.claim_due(db, scene.clock())
        written = await claims.write_attempts(db, due, scene.clock(), "https://localhost")
    assert (len(due), len(written)) == (3, 6)
    return written


async def write(scene: Scene, done: Done) -> Done:
    async with scene.database.writing() as db:
        return await write_accepted(db, by_reminder(done), scene.clock())


async def states(scene: Scene) -> dict[str, tuple[str, int | None, str | None]]:
    return {each.id: (each.state, each.status, each.reason) for each in await rows(scene.database, Attempt)}


async def test_all_are_recorded_with_their_own_status_and_words(scene: Scene, claimed: list[Outgoing]) -> None:
    words = [(201, ""), (200, ""), (202, "queued"), (201, ""), (201, ""), (201, "")]
    done = [
        (one, Outcome(Result.ACCEPTED, status, reason)) for one, (status, reason) in zip(claimed, words, strict=True)
    ]
    assert await write(scene, done) == []
    expected = {
        one.attempt_id: ("accepted", status, reason or None)
        for one, (status, reason) in zip(claimed, words, strict=True)
    }
    assert await states(scene) == expected
    assert {each.accepted_at for each in await rows(scene.database, Attempt)} == {scene.clock()}
    found = await rows(scene.database, Reminder, Reminder.id.in_([one.reminder_id for one in claimed]))
    assert {(each.state, each.reason, each.lease_until) for each in found} == {("sent", None, None)}


async def test_a_receipt_that_came_before_the_response_stays(scene: Scene, claimed: list[Outgoing]) -> None:
    async with scene.database.writing() as db:
        shown = await db.get_one(Attempt, claimed[0].attempt_id)
        shown.state, shown.accepted_at = AttemptState.SHOWN, scene.clock() - timedelta(seconds=2)
    before = scene.clock() - timedelta(seconds=2)
    assert await write(scene, [(one, TAKEN) for one in claimed]) == []
    [shown] = await rows(scene.database, Attempt, Attempt.id == claimed[0].attempt_id)
    assert (shown.state, shown.status, shown.accepted_at) == ("shown", 201, before)


async def test_a_reminder_that_somebody_has_claimed_or_cancelled_meanwhile_is_left_alone(
    scene: Scene, claimed: list[Outgoing]
) -> None:
    first, second, third = dict.fromkeys(one.reminder_id for one in claimed)
    async with scene.database.writing() as db:
        (await db.get_one(Reminder, first)).fence += 1
        await flow.cancel_one(db, await db.get_one(Reminder, second), "paused", scene.clock())
    assert await write(scene, [(one, TAKEN) for one in claimed]) == []
    found = {each.id: each.state for each in await rows(scene.database, Reminder)}
    assert (found[first], found[second], found[third]) == ("sending", "cancelled", "sent")
    assert {state for state, _, _ in (await states(scene)).values()} == {"accepted"}


@postgres_only
@pytest.mark.parametrize("table", ["attempt", "reminder"])
async def test_case_135_what_somebody_has_locked_is_returned_whole(
    scene: Scene, claimed: list[Outgoing], database_url: str, table: str
) -> None:
    """A reminder has two attempts, and one of these rows is locked: neither attempt is recorded yet."""
    elsewhere = claimed[0].reminder_id
    row = claimed[0].attempt_id if table == "attempt" else elsewhere
    async with lock_rows(database_url, f"SELECT id FROM {table} WHERE id = '{row}' FOR UPDATE"):
        locked = await write(scene, [(one, TAKEN) for one in claimed])
    assert {one.reminder_id for one, _ in locked} == {elsewhere}
    assert len(locked) == 2
    found = await states(scene)
    assert {found[one.attempt_id][0] for one, _ in locked} == {"sending"}
    assert {found[one.attempt_id][0] for one in claimed if one.reminder_id != elsewhere} == {"accepted"}


async def test_one_refusal_among_the_attempts_is_no_common_outcome(claimed: list[Outgoing]) -> None:
    first, second, *_ = claimed
    assert is_accepted([(first, TAKEN), (second, TAKEN)])
    assert not is_accepted([(first, TAKEN), (second, Outcome(Result.GONE, 410))])
