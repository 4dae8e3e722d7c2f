"""The start of most tests of sending: a patient with a phone, a visit in two weeks, and a worker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Subscription
from server.db import Database
from server.delivery import receipts, sender
from server.delivery.batch import Batch, look_up, patients_of
from server.delivery.sender import Sender
from server.reminders import flow
from server.reminders.digests.flow import Digests
from server.reminders.models import Attempt, Reminder
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.stories import rows, subscribed

SUBJECT = "a" * 32
WHEN, ENDS = NOW + timedelta(hours=1), NOW + timedelta(hours=5)
FIRST = Planned(ReminderKind.VISIT, WHEN, ENDS)
SECOND = Planned(ReminderKind.VISIT, WHEN + timedelta(hours=1), ENDS)


@dataclass
class Scene:
    """One reminder of Rosa's, due in an hour and useful for four. Her phone takes pushes."""

    database: Database
    cast: Cast
    clock: StillClock
    push: PushDouble
    phone: Subscription

    def worker(self, database: Database | None = None, push: PushDouble | None = None) -> Sender:
        return Sender(database or self.database, push or self.push, self.clock, "https://localhost")

    async def due(self) -> None:
        """An hour passes, and one tick runs."""
        self.clock.move(hours=1)
        await self.worker().tick()

    async def run(self) -> None:
        """Ticks run until nothing more is due at this moment."""
        while await self.worker().tick():
            pass

    async def reminder(self) -> Reminder:
        [found] = await rows(self.database, Reminder, Reminder.subject_id == SUBJECT)
        return found

    async def attempts(self) -> list[Attempt]:
        found = await rows(self.database, Attempt)
        return sorted(found, key=lambda attempt: (attempt.started_at, attempt.fence))


async def batch_for(db: AsyncSession, reminders: list[Reminder]) -> Batch:
    """What the worker reads to send these, each in a notification of its own."""
    return await look_up(db, Digests(reminders), await patients_of(db, reminders))


async def plan(database: Database, cast: Cast, planned: list[Planned], subject: str = SUBJECT) -> None:
    async with database.writing() as db:
        await flow.replan(
            work_by(db, cast.maria),
            flow.Subject(subject, cast.rosa.id, f"/visits/{subject}", "Tuesday, December 1, 10:00. Room 2"),
            planned,
        )


@pytest.fixture
async def scene(database: Database, cast: Cast, clock: StillClock) -> Scene:
    async with database.writing() as db:
        phone = await subscribed(db, cast.rosa)
    await plan(database, cast, [Planned(ReminderKind.VISIT, WHEN, ENDS)])
    return Scene(database, cast, clock, PushDouble(), phone)


def just_before_sending(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]) -> None:
    """Does something after the claim is committed and before the row is read again for the send."""
    look: Any = vars(sender)["recheck"]

    async def later(*args: Any) -> Any:
        await happens()
        return await look(*args)

    monkeypatch.setattr(sender, "recheck", later)


async def receipt(scene: Scene, event: receipts.Event, token: str | None = None) -> bool:
    async with scene.database.writing() as db:
        return await receipts.take_receipt(db, token or scene.push.token(), event, scene.clock())


async def states(scene: Scene) -> dict[str, str]:
    """The states of all reminders of the subject, by hours after WHEN."""
    found = await rows(scene.database, Reminder, Reminder.subject_id == SUBJECT)
    return {f"{(reminder.moment - WHEN).total_seconds() / 3600:g}": reminder.state for reminder in found}
