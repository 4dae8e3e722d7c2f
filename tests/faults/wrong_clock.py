"""A clock that is wrong for a while, a patient's life meanwhile, and the clock set right again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import SETTLES_AFTER, to_wall
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock
from tests.faults.test_clock import Running
from tests.push_double import PushDouble
from tests.stories import due_check_in, subscribed

HOUR, DAY, CENTURY = timedelta(hours=1), timedelta(days=1), timedelta(days=36525)
SETTLED = SETTLES_AFTER + 120
FAR = NOW + 400 * DAY


@dataclass(frozen=True)
class Wrong:
    """The clock is off by `by`, starting after `after`, for `stays` seconds.

    `noticed` says how the worker finds out: by a jump while it waits for the write lock ("lock"), before that ("tick"),
    or not at all, because it was started with the wrong clock and again with the right one ("start").
    """

    by: timedelta
    after: timedelta
    stays: float
    noticed: str


class Jumping(Database):
    """A clock that jumps once, while somebody waits for the write lock."""

    clock: StillClock | None = None
    by = timedelta()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        async with super().writing() as db:
            if self.clock is not None:
                self.clock.now, self.clock = self.clock.now + self.by, None
            yield db


async def begin(database: Database, cast: Cast) -> None:
    """Rosa has answered part of a check-in, and Walter nothing. Both are open for three days. Rosa has a visit."""
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
        starts = to_wall(NOW + 6 * DAY, cast.rosa.zone)
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(starts))
        part = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, part.questionnaire_id)
        await drafts.keep(work_by(db, cast.rosa), part, definition, drafts.Statement(Respondent.SELF, {"pain": 2}))
        await due_check_in(db, cast.walter)


async def go_wrong(running: Running, wrong: Wrong) -> Running:
    """Time passes with the right clock, then with the wrong one, then with the right one again."""
    await running.tick()
    await running.tick(wrong.after.total_seconds())
    database = running.database
    if wrong.noticed == "lock":
        assert isinstance(database, Jumping)
        database.clock, database.by = running.clock, wrong.by
    else:
        running.clock.now += wrong.by
    if wrong.noticed == "start":
        running = Running(database, running.clock, running.push)
    await running.tick()
    await running.tick(wrong.stays)
    running.clock.now -= wrong.by
    if wrong.noticed == "start":
        running = Running(database, running.clock, running.push)
    await running.tick()
    for _ in range(3):
        await running.tick(SETTLED / 3)
    return running


@pytest.fixture
async def running(database: Database, cast: Cast, clock: StillClock) -> Running:
    await begin(database, cast)
    return Running(database, clock, PushDouble())


ANY_START = Wrong(400 * DAY, HOUR, 600.0, "start")
