"""Case 20: a service that hangs holds up nobody else, and is left alone for a while."""

import asyncio

import pytest

from server.access.models import Subscription
from server.channels.protocol import Outcome, Result
from server.delivery import backpressure
from server.delivery.backpressure import Pace
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
        with of.timing() as note:
            seconds.now += takes
            note(failed)


@pytest.mark.parametrize(
    ("takes", "failed", "times", "rests"),
    [(10.0, True, 5, True), (10.0, True, 4, False), (0.1, True, 50, False), (10.0, False, 50, False)],
)
def test_only_slow_failures_in_a_row_count(takes: float, failed: bool, times: int, rests: bool) -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, takes, failed, times)
    assert of.rests() == rests


def test_one_that_answers_counts_from_the_start() -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, 10, True, 4)
    tries(of, seconds, 0.1, False)
    tries(of, seconds, 10, True, 4)
    assert not of.rests()


def test_after_its_rest_it_is_tried_again() -> None:
    seconds = Seconds()
    of = Pace(seconds)
    tries(of, seconds, 10, True, 5)
    seconds.now += backpressure.REST
    assert not of.rests()


async def test_case_20_while_one_hangs_the_others_are_sent(scene: Scene) -> None:
    """Rosa's phone hangs; what falls due for Luis's, and falls due meanwhile, is sent and written."""
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


async def test_what_is_on_its_way_when_the_worker_stops_is_written(scene: Scene) -> None:
    scene.clock.move(hours=1)
    worker = scene.worker()
    await worker.begin()
    await worker.close()
    assert [(a.state, a.started_at) for a in await rows(scene.database, Attempt)] == [("accepted", scene.clock())]


async def test_a_reminder_of_two_phones_is_decided_once_both_are_done(scene: Scene) -> None:
    async with scene.database.writing() as db:
        of_luis = await subscribed(db, scene.cast.luis)
    scene.push.answers = {of_luis.endpoint: Outcome(Result.GONE, 410)}
    await scene.due()
    assert (await scene.reminder()).state == "sent"
