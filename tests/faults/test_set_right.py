"""A clock that was wrong is set right (cases 8, 134): nothing stays closed, missed or put off because of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.models import Device
from server.actor import system
from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewVisit
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.checkins import ended_plans, plans, rules
from server.checkins.models import CheckIn
from server.clock import SETTLES_AFTER, to_wall
from server.db import Database, Work
from server.delivery import circuit_breakers, claims
from server.delivery.models import CircuitBreaker
from server.flags.models import Flag
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.reminders import notices
from server.reminders.models import Reminder
from server.reminders.notices import Notice
from server.reminders.rules import LEASE
from server.reminders.states import ReminderKind
from server.responses import drafts
from server.responses.models import Draft, Response
from tests.cast import NOW, Cast, meet, work_by
from tests.conftest import StillClock
from tests.databases import Postgres
from tests.faults.test_clock import Running
from tests.push_double import PushDouble
from tests.stories import STEADY, answered, audited, due_check_in, rows, subscribed

HOUR, DAY, CENTURY = timedelta(hours=1), timedelta(days=1), timedelta(days=36525)
SETTLED = SETTLES_AFTER + 120
FAR = NOW + 400 * DAY


@dataclass(frozen=True)
class Wrong:
    """The clock is off `by` so much, `after` so long, for `stays` seconds.

    `noticed`: by a jump while the worker waits for the write lock ("lock"), before that ("tick"), or not at all,
    because the worker was started with the wrong clock and again with the right one ("start").
    """

    by: timedelta
    after: timedelta
    stays: float
    noticed: str


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


class Jumping(Database):
    """Once, the clock jumps while somebody waits for the write lock."""

    clock: StillClock | None = None
    by = timedelta()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        async with super().writing() as db:
            if self.clock is not None:
                self.clock.now, self.clock = self.clock.now + self.by, None
            yield db


async def begin(database: Database, cast: Cast) -> None:
    """Rosa has answered a part of a check-in, Walter nothing; both are open for three days. Rosa has a visit."""
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
        starts = to_wall(NOW + 6 * DAY, cast.rosa.zone)
        await booking.book(work_by(db, cast.maria), cast.rosa, NewVisit(starts))
        part = await due_check_in(db, cast.rosa)
        form = await questionnaires.form_of(db, part.questionnaire_id)
        await drafts.keep(work_by(db, cast.rosa), part, form, drafts.Statement(Respondent.SELF, {"pain": 2}))
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
    """What is open by true time is taken as a whole check-in, part of it answered before or not."""
    patient = {cast.rosa.id: cast.rosa, cast.walter.id: cast.walter}[patient_id]
    async with database.writing() as db:
        found = await db.scalars(select(CheckIn).where(CheckIn.patient_id == patient_id, CheckIn.due_at == NOW))
        for check_in in list(found):
            if now >= check_in.closes_at:
                continue
            assert rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, now)
            kept = await drafts.kept(db, check_in, Respondent.SELF)
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
def test_case_134_no_check_in_stays_closed_by_a_jump_that_is_set_right(
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
async def test_case_134_a_jump_while_the_lock_is_waited_for_does_nothing(
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


async def test_case_134_the_sender_claims_nothing_by_a_clock_that_jumped_before_the_lock(
    jumping: Jumping, cast: Cast, clock: StillClock
) -> None:
    await begin(jumping, cast)
    running = Running(jumping, clock, PushDouble())
    jumping.clock, jumping.by = clock, 5 * DAY
    assert await running.worker.sender.begin() == 0
    assert {reminder.state for reminder in await rows(jumping, Reminder)} == {"scheduled"}
    assert running.worker.steady_now() == NOW
    await jumping.close()


@pytest.fixture
async def running(database: Database, cast: Cast, clock: StillClock) -> Running:
    await begin(database, cast)
    return Running(database, clock, PushDouble())


ANY_START = Wrong(400 * DAY, HOUR, 600.0, "start")


async def test_case_134_a_phone_that_answered_under_the_old_client_id_is_still_heard(
    running: Running, cast: Cast, database: Database
) -> None:
    """An entry that waited on a phone was made before the early close; it completes what was reopened."""
    [before] = await rows(database, CheckIn, CheckIn.patient_id == cast.rosa.id, CheckIn.due_at == NOW)
    running = await go_wrong(running, ANY_START)
    [after] = await rows(database, CheckIn, CheckIn.id == before.id)
    assert (after.state, after.client_id) == ("waiting", before.client_id)
    [taken_back] = await rows(database, Response, Response.check_in_id == before.id)
    assert taken_back.undone_at is not None
    assert "check-in.reopened" in await audited(database, before.id)
    [draft] = await rows(database, Draft, Draft.check_in_id == before.id)
    assert draft.answered_at <= running.clock()


async def test_case_134_what_has_truly_ended_is_not_reopened(running: Running, cast: Cast, database: Database) -> None:
    """Three days later Walter's check-in is over by any clock, and Rosa's went in as partial."""
    await running.tick(73 * 3600)
    states = await running.states()
    assert states["check_in"] == {"missed": 1, "partial": 1, "waiting": 2}
    running = await go_wrong(running, replace(ANY_START, by=HOUR, after=timedelta()))
    assert (await running.states())["check_in"] == states["check_in"]


async def test_case_134_a_check_in_of_an_ended_plan_or_a_visit_called_off_stays_closed(
    running: Running, cast: Cast, database: Database
) -> None:
    running.clock.now = FAR
    await Running(database, running.clock, running.push).tick()
    running.clock.now = NOW + HOUR
    async with database.writing() as db:
        for plan in await plans.plans_of(db, cast.walter.id):
            await ended_plans.end(work_by(db, cast.maria, NOW + HOUR), plan, "Not needed")
        visit = (await db.scalars(select(Appointment))).one()
        await appointments.mark(work_by(db, cast.maria, NOW + HOUR), visit, AppointmentStatus.CANCELLED)
    again = Running(database, running.clock, running.push)
    await again.tick()
    await again.tick(60)
    [walters] = await rows(database, CheckIn, CheckIn.patient_id == cast.walter.id, CheckIn.due_at == NOW)
    assert walters.state == "missed"
    assert await rows(database, Reminder, Reminder.subject_id == visit.id, Reminder.state == "scheduled") == []


async def test_case_134_reminders_that_were_missed_early_go_out_at_their_own_time(
    running: Running, cast: Cast, database: Database
) -> None:
    running = await go_wrong(running, ANY_START)
    async with database.reading() as db:
        visit = (await db.scalars(select(Appointment))).one()
    for _ in range(6 * 24):
        await running.tick(3600)
    told = await rows(database, Reminder, Reminder.subject_id == visit.id, Reminder.kind == "visit")
    assert {reminder.state for reminder in told} <= {"sent", "unreached"}
    assert len(told) == 3
    assert len(running.push.ids) == len(set(running.push.ids))


async def test_case_134_a_lease_from_the_future_keeps_no_reminder(database: Database, cast: Cast) -> None:
    """A worker that claimed by a wrong clock, and died."""
    await begin(database, cast)
    async with database.writing() as db:
        claimed = await claims.claim_due(db, FAR)
        assert claimed
    async with database.writing() as db:
        assert {one.id for one in await claims.claim_due(db, NOW)} <= {one.id for one in claimed}
    async with database.writing() as db:
        assert await claims.claim_due(db, NOW + LEASE / 2) == []


async def test_case_134_a_breaker_from_the_future_is_tried(database: Database) -> None:
    async with database.writing() as db:
        db.add(CircuitBreaker(service="s", refused_by=[], since=FAR, opened_at=FAR, probe_at=FAR))
    async with database.writing() as db:
        assert await circuit_breakers.resting(db, ["s"], NOW) == set()
    async with database.writing() as db:
        assert await circuit_breakers.resting(db, ["s"], NOW) == {"s"}


async def test_case_134_what_was_to_be_said_at_once_in_the_future_is_said_now(
    running: Running, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        notice = Notice(ReminderKind.TEST, cast.rosa.id, "b" * 32, "/", FAR + HOUR)
        said = await notices.remind_now(Work(db, system(cast.rosa.clinic_id), FAR), notice)
    await running.tick()
    [after] = await rows(database, Reminder, Reminder.id == said.id)
    assert (after.state, after.expires_at) == ("sent", NOW + HOUR)


async def test_case_134_a_flag_raised_in_the_future_escalates_as_if_raised_now(
    database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, now=FAR)
        await answered(db, cast.rosa, check_in, STEADY | {"speech": "very-hard", "pain": 9}, FAR)
    running = Running(database, clock, PushDouble())
    flags = await rows(database, Flag, Flag.escalate_at > NOW + 300 * DAY)
    assert flags
    await running.tick()
    first = await rows(database, Flag)
    assert all(flag.escalate_at is not None and flag.escalate_at < NOW + 7 * DAY for flag in first)
    await running.tick(60)
    assert [flag.due_at for flag in await rows(database, Flag)] == [flag.due_at for flag in first]


async def test_case_134_a_device_asked_in_the_future_is_not_called_silent(
    running: Running, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        await db.execute(update(Device).values(asked_at=FAR))
    await running.tick()
    assert {device.asked_at for device in await rows(database, Device)} == {None}
