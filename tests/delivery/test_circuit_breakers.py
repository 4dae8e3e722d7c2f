"""A push service that refuses us is left alone for a while and staff are told. No subscription ends (case 24)."""

from datetime import timedelta

import pytest

from server.access.models import Subscription
from server.channels.protocol import Outcome, Result
from server.db import Database
from server.delivery import circuit_breakers
from server.delivery.models import CircuitBreaker
from server.reminders.models import Reminder
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
    """Three phones of Rosa and Luis, all refused."""
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
        await subscribed(db, scene.cast.rosa)
    scene.push.says = Outcome(Result.REFUSED, 403, "BadJwtToken")
    await scene.due()
    return scene


async def test_case_24_three_refusals_in_a_row_open_the_breaker(refused: Scene) -> None:
    [breaker] = await rows(refused.database, CircuitBreaker)
    assert (breaker.service, breaker.status, breaker.opened_at) == (SERVICE, 403, refused.clock())
    assert all(s.ended_at is None for s in await rows(refused.database, Subscription))


async def test_case_24_an_open_breaker_stops_sends_to_that_service(refused: Scene) -> None:
    before = len(refused.push.sent)
    refused.clock.move(seconds=30)
    await plan(refused.database, refused.cast, [Planned(ReminderKind.CHANGE, refused.clock(), ENDS)], "b" * 32)
    await refused.run()
    assert len(refused.push.sent) == before
    waiting = await rows(refused.database, Reminder)
    assert {reminder.state for reminder in waiting} == {"scheduled"}
    assert "its push service refuses us; it is tried again later" in {reminder.reason for reminder in waiting}


async def test_case_24_the_first_accepted_push_closes_the_breaker(refused: Scene) -> None:
    refused.push.says = Outcome(Result.ACCEPTED, 201)
    refused.clock.move(minutes=20)
    await refused.run()
    assert await rows(refused.database, CircuitBreaker) == []
    refused.clock.move(minutes=1)  # the other devices waited for the probe
    await refused.run()
    assert (await refused.reminder()).state == "sent"


async def test_refusals_of_one_phone_do_not_open_the_breaker(scene: Scene) -> None:
    scene.push.says = Outcome(Result.REFUSED, 403, "BadJwtToken")
    await scene.due()
    for _ in range(4):
        scene.clock.move(minutes=21)
        await scene.run()
    [breaker] = await rows(scene.database, CircuitBreaker)
    assert (breaker.opened_at, len(scene.push.sent)) == (None, 2)  # until the next channel's turn


async def test_only_one_worker_probes(refused: Scene) -> None:
    async with refused.database.writing() as db:
        assert not (await circuit_breakers.look_up(db, [SERVICE], refused.clock())).admit(SERVICE)
        later = refused.clock() + timedelta(minutes=11)
        first, second = [await circuit_breakers.look_up(db, [SERVICE], later) for _ in range(2)]
        assert [first.admit(SERVICE), first.admit(SERVICE), second.admit(SERVICE)] == [True, False, False]


async def test_case_152_ticks_with_nothing_to_send_keep_the_probe(refused: Scene) -> None:
    for _ in range(3):
        refused.clock.move(minutes=2)
        async with refused.database.writing() as db:
            await circuit_breakers.give_back(
                db, await circuit_breakers.look_up(db, [SERVICE], refused.clock()), refused.clock()
            )
    async with refused.database.writing() as db:
        assert (await circuit_breakers.look_up(db, [SERVICE], refused.clock())).admit(SERVICE)


async def test_case_152_one_probe_is_one_push(refused: Scene) -> None:
    """A real service once got 100 pushes for 150 phones while it refused us."""
    for number in range(40):
        await plan(refused.database, refused.cast, [Planned(ReminderKind.CHANGE, WHEN, ENDS)], f"{number:032}")
    before = len(refused.push.sent)
    refused.clock.move(minutes=2)
    await refused.run()
    assert len(refused.push.sent) == before + 1


@pytest.mark.parametrize("mended_after", [timedelta(minutes=3), timedelta(hours=2), timedelta(hours=20)], ids=str)
async def test_case_152_after_the_service_recovers_the_first_push_goes_out_within_two_minutes(
    refused: Scene, mended_after: timedelta
) -> None:
    begun = refused.clock()
    while refused.clock() < begun + mended_after:
        refused.clock.move(seconds=max((mended_after / 40).total_seconds(), 20))
        await refused.run()
    refused.push.says = Outcome(Result.ACCEPTED, 201)
    due = refused.clock() + timedelta(seconds=1)
    await plan(refused.database, refused.cast, [Planned(ReminderKind.CHANGE, due, due + timedelta(hours=3))], "b" * 32)
    for _ in range(12):
        refused.clock.move(seconds=10)
        await refused.run()
    sent = await rows(refused.database, Reminder, Reminder.subject_id == "b" * 32)
    assert [reminder.state for reminder in sent] == ["sent"]


async def test_case_24_staff_are_told(refused: Scene, cast: Cast, signed_in: Enter) -> None:
    maria = await signed_in(cast.maria)
    assert f"{SERVICE} isn't accepting our messages (403)" in words(await maria.get("/staff"))


async def test_another_service_is_not_affected(refused: Scene) -> None:
    async with refused.database.writing() as db:
        other = "updates.push.services.mozilla.com"
        assert (await circuit_breakers.look_up(db, [SERVICE, other], WHEN)).admit(other)


async def test_case_134_a_breaker_that_opened_in_the_future_is_probed(database: Database) -> None:
    async with database.writing() as db:
        db.add(CircuitBreaker(service="s", refused_by=[], since=FAR, opened_at=FAR, probe_at=FAR))
    async with database.writing() as db:
        assert (await circuit_breakers.look_up(db, ["s"], NOW)).admit("s")
    async with database.writing() as db:
        assert not (await circuit_breakers.look_up(db, ["s"], NOW)).admit("s")
