"""A wrong clock is set right (cases 8, 134). Nothing stays closed, missed or put off because of it."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.checkins import rules
from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.respondents import Author, Source
from server.reminders.models import Reminder
from server.responses import drafts
from tests.cast import NOW, Cast, meet
from tests.conftest import StillClock
from tests.databases import Postgres
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import CENTURY, DAY, HOUR, Jumping, Wrong, begin, go_wrong
from tests.push_double import PushDouble
from tests.stories import STEADY, answered, rows

WRONG = st.builds(
    Wrong,
    st.one_of(
        st.timedeltas(timedelta(minutes=2), DAY),
        st.timedeltas(DAY, 5 * CENTURY),
        st.timedeltas(-DAY, -timedelta(minutes=2)),
        st.timedeltas(-5 * CENTURY, -DAY),
    ),
    st.timedeltas(timedelta(), 60 * HOUR),
    st.floats(0, 7200),
    st.sampled_from(("lock", "tick", "start")),
)


async def assert_right(running: Running, cast: Cast) -> None:
    now = running.clock()
    for check_in in await rows(running.database, CheckIn):
        if now < check_in.closes_at and check_in.due_at < NOW + 8 * DAY:
            assert check_in.state == "waiting", check_in.due_at
    ended_early = await rows(running.database, Reminder, Reminder.state == "missed", Reminder.expires_at > now)
    assert ended_early == []
    for patient in (cast.rosa, cast.walter):
        await answer_open(running.database, patient.id, cast, now)


async def answer_open(database: Database, patient_id: str, cast: Cast, now: datetime) -> None:
    """Everything that is open by the true time can be answered in full, whether a part was answered before or not."""
    patient = {cast.rosa.id: cast.rosa, cast.walter.id: cast.walter}[patient_id]
    async with database.writing() as db:
        found = await db.scalars(select(CheckIn).where(CheckIn.patient_id == patient_id, CheckIn.due_at == NOW))
        for check_in in list(found):
            if now >= check_in.closes_at:
                continue
            assert rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, now)
            kept = await drafts.kept(db, check_in, Author(Source.PATIENT))
            assert kept == ({"pain": 2} if patient is cast.rosa else {})
            assert not (await answered(db, patient, check_in, STEADY, now)).again


@contextmanager
def copied(engine: str, sqlite_templates: Path, postgres: Postgres) -> Iterator[str]:
    if engine == "sqlite":
        file = sqlite_templates / f"{uuid4().hex}.db"
        shutil.copy(sqlite_templates / "with_cast.db", file)
        yield f"sqlite:///{file}"
        file.unlink()
        return
    name = f"t{uuid4().hex}"
    postgres.copy("with_cast", name)
    yield postgres.url(name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@given(wrong=WRONG)
@example(wrong=Wrong(400 * DAY, HOUR, 10.0, "lock"))
@example(wrong=Wrong(400 * DAY, HOUR, 7200.0, "tick"))
@example(wrong=Wrong(400 * DAY, HOUR, 600.0, "start"))
@example(wrong=Wrong(71 * HOUR, HOUR, 600.0, "start"))
@example(wrong=Wrong(-400 * DAY, HOUR, 600.0, "start"))
@settings(max_examples=12)
def test_case_134_no_check_in_stays_closed_after_the_clock_is_set_right(
    wrong: Wrong, engine: str, sqlite_templates: Path, postgres: Postgres
) -> None:
    async def life(url: str) -> None:
        database = Jumping(url)
        async with database.reading() as db:
            cast = await meet(db)
        await begin(database, cast)
        running = await go_wrong(Running(database, StillClock(), PushDouble()), wrong)
        await assert_right(running, cast)
        await database.close()

    with copied(engine, sqlite_templates, postgres) as url:
        asyncio.run(life(url))


@pytest.fixture
def jumping(database_url: str) -> Jumping:
    return Jumping(database_url)


@pytest.mark.parametrize("by", [400 * DAY, -400 * DAY, timedelta(minutes=3), 3 * CENTURY], ids=str)
async def test_case_134_a_jump_during_a_wait_for_the_lock_changes_nothing(
    jumping: Jumping, cast: Cast, clock: StillClock, by: timedelta
) -> None:
    await begin(jumping, cast)
    running = Running(jumping, clock, PushDouble())
    await running.tick()
    before = await running.states()
    clock.move(days=2)
    running.monotonic += 2 * 86400
    sent = len(running.push.sent)
    jumping.clock, jumping.by = clock, by
    await running.tick()
    assert await running.states() == before
    assert len(running.push.sent) == sent
    await jumping.close()


async def test_case_134_the_sender_claims_nothing_after_a_jump_during_its_wait_for_the_lock(
    jumping: Jumping, cast: Cast, clock: StillClock
) -> None:
    await begin(jumping, cast)
    running = Running(jumping, clock, PushDouble())
    jumping.clock, jumping.by = clock, 5 * DAY
    assert await running.worker.sender.begin() == 0
    assert {reminder.state for reminder in await rows(jumping, Reminder)} == {"scheduled"}
    assert running.worker.steady_now() == NOW
    await jumping.close()
