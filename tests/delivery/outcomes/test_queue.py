"""Outcomes wait in memory while they can't be written (case 138), and a lock delays only its own rows (case 135)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from server.channels.addresses import PushAddress
from server.channels.protocol import ChannelName, Message
from server.db import Database
from server.delivery.attempts import Outgoing
from server.delivery.channel_choice import BUSY_WAIT
from server.delivery.outcomes import flow as outcomes
from server.delivery.outcomes import queue
from server.delivery.outcomes.accepted import Done
from server.delivery.sender import Sender
from server.reminders import flow, rules
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.browser.eventually import eventually
from tests.cast import work_by
from tests.delivery.locking import lock_rows, postgres_only
from tests.push_double import ACCEPTED, PushDouble
from tests.reminders.scene import ENDS, WHEN, Scene
from tests.stories import rows

MANY = 12
AWAY = OperationalError("COMMIT", None, Exception("the server closed the connection"))


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "AGAIN", 0.01)


@pytest.fixture
async def burst(scene: Scene) -> Scene:
    """Many reminders that are due at once, including the scene's."""
    async with scene.database.writing() as db:
        for _ in range(MANY - 1):
            subject = flow.Subject(uuid4().hex, scene.cast.rosa.id, "/")
            planned = [Planned(ReminderKind.CHANGE, WHEN, ENDS)]
            await flow.replan(work_by(db, scene.cast.maria, scene.clock()), subject, planned)
    scene.clock.move(hours=1)
    return scene


def fails(monkeypatch: pytest.MonkeyPatch, times: int, error: Exception) -> list[int]:
    """The next `times` writes of outcomes fail. Yields how many outcomes each attempt contained."""
    tries: list[int] = []

    async def write(db: Any, done: Done, *rest: Any) -> Done:
        tries.append(len(done))
        written = await outcomes.write_outcomes(db, done, *rest)
        if len(tries) <= times:
            raise error
        return written

    monkeypatch.setattr(queue, "write_outcomes", write)
    return tries


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    await eventually(met, "the outcome to be written", 30)


def outgoing_of(attempt: Attempt) -> Outgoing:
    address, message = PushAddress("https://push.example/x", "", "", ""), Message(attempt.reminder_id, "", 60)
    subscription, reminder = attempt.subscription_id or "", attempt.reminder_id
    return Outgoing(attempt.id, subscription, reminder, attempt.fence, ChannelName.PUSH, address, message)


async def sent(database: Database) -> int:
    return sum(reminder.state == "sent" for reminder in await rows(database, Reminder))


async def test_case_138_outcomes_wait_until_the_database_is_back(burst: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = fails(monkeypatch, 3, AWAY)
    await burst.worker().tick()
    assert tries == [MANY] * 4
    assert await sent(burst.database) == MANY
    burst.clock.move(seconds=rules.LEASE.total_seconds() + 1)
    await burst.run()
    assert len(burst.push.ids) == MANY


async def test_case_138_nothing_is_claimed_before_the_waiting_outcomes_are_written(
    burst: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leases have long ended, so a claim would send everything a second time."""
    fails(monkeypatch, 50, AWAY)
    worker = burst.worker()
    await worker.begin()

    async def is_stuck() -> bool:
        return worker._outcomes.is_stuck

    await until(is_stuck)
    burst.clock.move(minutes=5)
    assert await worker.begin() == 0
    await worker._settle()
    await burst.run()
    assert (len(burst.push.ids), await sent(burst.database)) == (MANY, MANY)


async def test_case_138_an_outcome_that_can_never_be_written_loses_no_other(
    burst: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (await burst.reminder()).id

    async def write(db: Any, done: Done, *rest: Any) -> Done:
        if any(outgoing.reminder_id == broken for outgoing, _ in done):
            raise IntegrityError("UPDATE", None, Exception("a fault of ours"))
        return await outcomes.write_outcomes(db, done, *rest)

    monkeypatch.setattr(queue, "write_outcomes", write)
    await burst.worker().tick()
    assert await sent(burst.database) == MANY - 1
    assert (await burst.reminder()).state == "sending"


async def test_case_138_a_worker_that_stops_during_an_outage_logs_how_many_outcomes_it_loses(
    burst: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, 10_000, AWAY)
    full = queue.OutcomeQueue(burst.database, burst.clock, lambda: None)
    worker = burst.worker()
    worker._outcomes = full
    await worker.begin()
    await worker._lanes.settle()
    assert len(full) == MANY
    await full.close(0.05)
    assert len(full) == MANY


LOCKS = {
    "reminders": "SELECT id FROM reminder WHERE id IN ({reminders}) FOR UPDATE",
    "attempts": "SELECT id FROM attempt WHERE reminder_id IN ({reminders}) FOR UPDATE",
}


@postgres_only
@pytest.mark.parametrize("table", LOCKS)
async def test_case_135_a_lock_during_a_burst_delays_only_its_own_rows(
    burst: Scene, database_url: str, table: str
) -> None:
    """Two workers run, and the lock outlasts the leases.

    Nothing is sent twice, and the other rows are written at once.
    """
    some = [reminder.id for reminder in await rows(burst.database, Reminder)][:5]
    quoted = ", ".join(f"'{each}'" for each in some)
    other, push = Database(database_url, lock_timeout=0.2), PushDouble()
    first, second = Sender(other, burst.push, burst.clock, "https://localhost"), burst.worker(push=push)
    claimed = asyncio.Event()

    async def wait_for_lock() -> None:
        await claimed.wait()

    burst.push.before = wait_for_lock
    assert await first.begin() == MANY
    async with lock_rows(database_url, LOCKS[table].format(reminders=quoted)):
        claimed.set()

        async def rest_is_written() -> bool:
            return await sent(burst.database) == MANY - len(some)

        await until(rest_is_written)
        burst.clock.move(seconds=rules.LEASE.total_seconds() + 1)
        await second.tick()
        assert push.ids == []
    await first._settle()
    burst.clock.move(seconds=BUSY_WAIT.total_seconds())
    await second.tick()
    assert await sent(burst.database) == MANY
    assert (push.ids, max(Counter(burst.push.ids).values())) == ([], 1)
    assert {attempt.state for attempt in await rows(burst.database, Attempt)} == {"accepted"}
    await other.close()


@postgres_only
@pytest.mark.parametrize("select", ["id FROM subscription", "id FROM device WHERE patient_id IS NOT NULL"])
async def test_case_135_a_claim_does_not_wait_for_a_locked_phone(burst: Scene, database_url: str, select: str) -> None:
    async with lock_rows(database_url, f"SELECT {select} FOR UPDATE"), asyncio.timeout(20):
        await burst.worker().tick()
        assert burst.push.ids == []
    assert {reminder.state for reminder in await rows(burst.database, Reminder)} == {"scheduled"}
    burst.clock.move(seconds=BUSY_WAIT.total_seconds())
    await burst.run()
    assert (len(burst.push.ids), await sent(burst.database)) == (MANY, MANY)


@postgres_only
async def test_case_135_two_workers_that_write_the_same_rows_never_deadlock(burst: Scene, database_url: str) -> None:
    """One was stopped past its lease. Both write the outcomes of the same reminders, over and over."""
    other = Database(database_url)
    await burst.worker().tick()
    found = await rows(burst.database, Attempt)
    done = [(outgoing_of(attempt), ACCEPTED) for attempt in found]

    async def write(database: Database, some: Done) -> None:
        for _ in range(20):
            async with database.writing() as db:
                await outcomes.write_outcomes(db, some, burst.clock(), waits=True)

    async with asyncio.timeout(60):
        await asyncio.gather(write(burst.database, done), write(other, done[::-1]))
    await other.close()
    assert await sent(burst.database) == MANY
