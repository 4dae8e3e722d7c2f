"""A push service that hangs delays no other send, and is left alone for a while (case 20)."""

import asyncio

import pytest

from server.access.models import Subscription
from server.channels.protocol import Outcome, Result
from server.delivery import lanes, rechecks, sender
from server.delivery.lanes import Pace
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.reminders.scene import ENDS, WHEN, Scene, plan
from tests.stories import rows, subscribed


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tries(of: Pace, seconds: Seconds, takes: float, failed: bool, times: int = 1) -> None:
    for _ in range(times):
        began = seconds.now
        seconds.now += takes
        of.note(began, failed)


@pytest.mark.parametrize(
    ("takes", "failed", "times", "rests"),
    [(10.0, True, 5, True), (10.0, True, 4, False), (0.1, True, 50, False), (10.0, False, 50, False)],
)
def test_only_consecutive_slow_failures_count(takes: float, failed: bool, times: int, rests: bool) -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, takes, failed, times)
    assert of.rests() == rests


def test_an_answer_resets_the_count() -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, 10, True, 4)
    tries(of, seconds, 0.1, False)
    tries(of, seconds, 10, True, 4)
    assert not of.rests()


def test_a_service_is_tried_again_after_its_rest() -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, 10, True, 5)
    seconds.now += lanes.REST
    assert not of.rests()


async def test_case_20_a_hanging_service_does_not_delay_other_sends(scene: Scene) -> None:
    """The push to Rosa's phone hangs.

    Those to Luis's phone, and those that fall due meanwhile, are sent and recorded.
    """
    released = asyncio.Event()
    async with scene.database.writing() as db:
        (await db.get_one(Subscription, scene.phone.id)).ended_at = WHEN
        await subscribed(db, scene.cast.luis)
    send = scene.push.send
    first = True

    async def hangs_once(*given: object) -> Outcome:
        nonlocal first
        if first:
            first = False
            await released.wait()
        return await send(*given)  # type: ignore[arg-type]

    scene.push.send = hangs_once  # type: ignore[assignment]
    worker = scene.worker()
    scene.clock.move(hours=1)
    assert await worker.begin() == 1
    await plan(scene.database, scene.cast, [Planned(ReminderKind.CHANGE, WHEN, ENDS)], "b" * 32)
    assert await worker.begin() == 1
    for _ in range(200):
        [other] = await rows(scene.database, Reminder, Reminder.subject_id == "b" * 32)
        if other.state == "sent":
            break
        await asyncio.sleep(0.02)
    assert (other.state, (await scene.reminder()).state) == ("sent", "sending")
    released.set()
    await worker.close()
    assert (await scene.reminder()).state == "sent"


async def test_attempts_under_way_when_the_worker_stops_are_recorded(scene: Scene) -> None:
    scene.clock.move(hours=1)
    worker = scene.worker()
    await worker.begin()
    await worker.close()
    assert [(a.state, a.started_at) for a in await rows(scene.database, Attempt)] == [("accepted", scene.clock())]


async def test_a_reminder_to_two_phones_is_decided_once_both_attempts_end(scene: Scene) -> None:
    async with scene.database.writing() as db:
        of_luis = await subscribed(db, scene.cast.luis)
    scene.push.answers = {of_luis.endpoint: Outcome(Result.GONE, 410)}
    await scene.due()
    assert (await scene.reminder()).state == "sent"


async def test_an_error_in_a_check_stops_no_other_attempt(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first check fails by a fault of ours. What had no room then is checked and sent all the same."""
    await plan(scene.database, scene.cast, [Planned(ReminderKind.CHANGE, WHEN, ENDS)], "b" * 32)
    monkeypatch.setattr(lanes, "AT_ONCE", 1)
    check, times = rechecks.recheck, 0

    async def fails_once(*given: object) -> object:
        nonlocal times
        times += 1
        if times == 1:
            raise LookupError
        return await check(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sender, "recheck", fails_once)
    scene.clock.move(hours=1)
    worker = scene.worker()
    assert await worker.begin() == 2
    await worker.close()
    assert sorted(reminder.state for reminder in await rows(scene.database, Reminder)) == ["sending", "sent"]
