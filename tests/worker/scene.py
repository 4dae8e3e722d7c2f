"""A worker on a still clock, and a reminder for it to send."""

from datetime import timedelta
from uuid import uuid4

import pytest

from server.db import Database
from server.delivery.sender import Sender
from server.reminders import flow
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind
from server.worker.worker import Worker
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.push_double import PushDouble
from tests.reminders.scene import SUBJECT


@pytest.fixture
def worker(database: Database, clock: StillClock) -> Worker:
    """A worker for which time passes on both clocks, so that no passing of time looks like a jump."""
    sender = Sender(database, PushDouble(), clock, "https://localhost")
    return Worker(database, sender, clock, lambda: clock().timestamp())


async def remind(database: Database, cast: Cast, after: timedelta) -> None:
    async with database.writing() as db:
        await flow.replan(
            work_by(db, cast.maria),
            flow.Subject(uuid4().hex, cast.rosa.id, f"/visits/{SUBJECT}"),
            [Planned(ReminderKind.CHANGE, NOW + after, NOW + timedelta(days=3))],
        )
