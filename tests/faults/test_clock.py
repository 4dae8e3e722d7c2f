"""The clock jumps (case 8), and no worker runs for days (case 12)."""

import gc
import tracemalloc
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.checkins.models import CheckIn
from server.clock import SETTLES_AFTER, to_wall
from server.db import Database
from server.delivery.sender import Sender
from server.reminders import status
from server.reminders.models import Reminder
from server.worker import process
from server.worker.ticks import TICKS
from server.worker.worker import Worker
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import due_check_in, rows, subscribed

JUMPS: dict[str, datetime | timedelta] = {
    "an hour ahead": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
    "to the year 2200": datetime(2200, 1, 1, tzinfo=NOW.tzinfo),
}
EACH_JUMP = pytest.mark.parametrize("jump", JUMPS)


@dataclass
class Running:
    """A worker whose wall clock and monotonic clock are moved by hand."""

    database: Database
    clock: StillClock
    push: PushDouble
    monotonic: float = 0.0

    def __post_init__(self) -> None:
        sender = Sender(self.database, self.push, self.clock, "https://localhost")
        self.worker = Worker(self.database, sender, self.clock, lambda: self.monotonic)

    async def tick(self, seconds: float = 0.0) -> None:
        """Everything that a worker does by the clock, after so many seconds on both clocks."""
        self.clock.move(seconds=seconds)
        self.monotonic += seconds
        for each in TICKS:
            await process._guarded(self.worker, each)
        await self.worker.send_due()
        if not self.worker.watch.is_distrusted:
            await self.worker.sender.tick()

    async def states(self) -> dict[str, Counter[str]]:
        tables: tuple[Any, ...] = (Reminder, CheckIn)
        return {t.__tablename__: Counter(row.state for row in await rows(self.database, t)) for t in tables}


@pytest.fixture
async def running(database: Database, cast: Cast, clock: StillClock) -> Running:
    """Rosa has a phone, a visit in two days and a weekly check-in that is due."""
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
        starts = to_wall(NOW + timedelta(days=2), cast.rosa.zone)
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
        await due_check_in(db, cast.rosa)
    return Running(database, clock, PushDouble())


@EACH_JUMP
async def test_case_8_a_jump_alone_sends_nothing_and_marks_nothing_missed(running: Running, jump: str) -> None:
    await running.tick()
    sent, states = len(running.push.sent), await running.states()
    to = JUMPS[jump]
    running.clock.now = to if isinstance(to, datetime) else running.clock.now + to
    for _ in range(4):
        await running.tick(SETTLES_AFTER / 5)
    assert len(running.push.sent) == sent
    assert await running.states() == states


@EACH_JUMP
async def test_case_8_once_the_clock_is_right_again_everything_goes_on_as_before(running: Running, jump: str) -> None:
    to = JUMPS[jump]
    running.clock.now = to if isinstance(to, datetime) else running.clock.now + to
    await running.tick(1)
    running.clock.now = NOW
    await running.tick(1)
    await running.tick(SETTLES_AFTER)
    assert len(running.push.sent) == 1
    for _ in range(26):
        await running.tick(3600)
    states = await running.states()
    assert (states["reminder"]["missed"], states["check_in"]["missed"]) == (0, 0)
    kinds_sent = {r.kind for r in await rows(running.database, Reminder) if r.id in running.push.ids}
    assert kinds_sent >= {"check-in", "visit"}
    assert len(running.push.ids) == len(set(running.push.ids)) <= 3


async def test_case_8_in_the_year_2200_the_database_does_not_grow(running: Running) -> None:
    """The worker accepts the new time once it has stood. What is over ends once, and further ticks add nothing."""
    running.clock.now = datetime(2200, 1, 1, tzinfo=NOW.tzinfo)
    for _ in range(5):
        await running.tick(SETTLES_AFTER)
    states = await running.states()
    assert len(running.push.sent) <= 2
    tracemalloc.start()
    first = _memory_in_use()
    for _ in range(20):
        await running.tick(1)
    last = _memory_in_use()
    tracemalloc.stop()
    assert await running.states() == states
    assert last - first < 1_000_000
    assert sum(states["reminder"].values()) < 20


def _memory_in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def test_case_12_a_reminder_sent_before_the_worker_went_down_is_not_called_missed(running: Running) -> None:
    await running.tick()
    [sent] = running.push.ids
    back = Running(running.database, running.clock, running.push)
    await back.tick(26 * 3600)
    [reminder] = await rows(running.database, Reminder, Reminder.id == sent)
    assert reminder.state in ("sent", "unreached")


async def test_case_12_after_three_days_down_expired_reminders_are_missed_and_shown_and_never_sent(
    running: Running, cast: Cast
) -> None:
    """The visit was yesterday when the worker is back. A new worker does not know how long none has run."""
    running.clock.move(days=3)
    back = Running(running.database, running.clock, running.push)
    await back.tick()
    assert [message.id for _, message in running.push.sent] == await _still_useful(running)
    visits = [r for r in await rows(running.database, Reminder) if r.kind == "visit"]
    assert {reminder.state for reminder in visits} == {"missed"}
    async with running.database.reading() as db:
        seen = await status.of_patient(db, cast.rosa.id, running.clock())
    assert Counter(each.state for each in seen if each.reminder.kind == "visit") == {"missed": len(visits)}


async def _still_useful(running: Running) -> list[str]:
    """Reminders of check-ins that are still open. Those are sent late rather than never."""
    found = await rows(running.database, Reminder, Reminder.kind != "visit")
    return [r.id for r in found if r.moment <= running.clock() < r.expires_at]
