"""Case 24: a service that refuses us is left alone for a while, and staff are told; no subscription ends."""

from datetime import timedelta

import pytest

from server.access.models import Subscription
from server.channels.protocol import Outcome, Result
from server.db import Database
from server.delivery import circuit_breakers
from server.delivery.models import CircuitBreaker
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.faults.wrong_clock import FAR
from tests.reminders.scene import ENDS, WHEN, Scene, plan
from tests.stories import rows, subscribed

SERVICE = "fcm.googleapis.com"


@pytest.fixture
async def refused(scene: Scene) -> Scene:
    """Three phones of Rosa's and Luis's, all refused."""
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
        await subscribed(db, scene.cast.rosa)
    scene.push.says = Outcome(Result.REFUSED, 403, "BadJwtToken")
    await scene.due()
    return scene


async def test_case_24_three_refused_in_a_row_open_the_breaker(refused: Scene) -> None:
    [breaker] = await rows(refused.database, CircuitBreaker)
    assert (breaker.service, breaker.status, breaker.opened_at) == (SERVICE, 403, refused.clock())
    assert all(s.ended_at is None for s in await rows(refused.database, Subscription))


async def test_case_24_while_it_is_open_nothing_is_sent_there(refused: Scene) -> None:
    before = len(refused.push.sent)
    refused.clock.move(minutes=5)
    await plan(refused.database, refused.cast, [Planned(ReminderKind.CHANGE, refused.clock(), ENDS)], "b" * 32)
    await refused.run()
    assert len(refused.push.sent) == before
    told = [attempt for attempt in await rows(refused.database, Attempt) if attempt.status is None]
    assert {(attempt.state, attempt.reason) for attempt in told} == {
        ("failed", "its push service refuses us; it is tried again later")
    }
    assert {reminder.state for reminder in await rows(refused.database, Reminder)} == {"scheduled"}


async def test_case_24_the_first_that_is_taken_closes_it(refused: Scene) -> None:
    refused.push.says = Outcome(Result.ACCEPTED, 201)
    refused.clock.move(minutes=20)
    await refused.run()
    assert await rows(refused.database, CircuitBreaker) == []
    assert (await refused.reminder()).state == "sent"


async def test_one_phone_that_is_refused_is_its_own_trouble(scene: Scene) -> None:
    scene.push.says = Outcome(Result.REFUSED, 403, "BadJwtToken")
    await scene.due()
    for _ in range(4):
        scene.clock.move(minutes=21)
        await scene.run()
    [breaker] = await rows(scene.database, CircuitBreaker)
    assert (breaker.opened_at, len(scene.push.sent)) == (None, 2)  # until the next channel's turn


async def test_only_one_worker_knocks_again(refused: Scene) -> None:
    async with refused.database.writing() as db:
        assert await circuit_breakers.resting(db, [SERVICE], refused.clock()) == {SERVICE}
        later = refused.clock() + timedelta(minutes=11)
        assert await circuit_breakers.resting(db, [SERVICE], later) == set()
        assert await circuit_breakers.resting(db, [SERVICE], later) == {SERVICE}


async def test_case_24_staff_are_told(refused: Scene, cast: Cast, signed_in: Enter) -> None:
    maria = await signed_in(cast.maria)
    assert f"{SERVICE} isn't accepting our messages (403)" in words(await maria.get("/staff"))


async def test_another_service_goes_on(refused: Scene) -> None:
    async with refused.database.writing() as db:
        assert await circuit_breakers.resting(db, ["updates.push.services.mozilla.com"], WHEN) == set()


async def test_case_134_a_breaker_from_the_future_is_tried(database: Database) -> None:
    async with database.writing() as db:
        db.add(CircuitBreaker(service="s", refused_by=[], since=FAR, opened_at=FAR, probe_at=FAR))
    async with database.writing() as db:
        assert await circuit_breakers.resting(db, ["s"], NOW) == set()
    async with database.writing() as db:
        assert await circuit_breakers.resting(db, ["s"], NOW) == {"s"}
