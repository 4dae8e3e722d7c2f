"""Random acts between two pages of late patients: each who stays late is shown once (case 92)."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.checkins import ended_plans, plans
from server.checkins.models import CheckIn, Plan
from server.db import Database, Work
from server.desk.inbox import pages as inbox_pages
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from server.responses import overdue as late_patients
from tests.cast import Cast, acting, meet, work_by
from tests.desk.inbox.late_patients import DAY, LATER, late_patient, log_a_call
from tests.examples import examples
from tests.stories import STEADY, answered, due_check_in

Act = Callable[[Database, Cast, str, datetime], Awaitable[None]]


async def open_check_in(db: AsyncSession, patient: Patient) -> CheckIn | None:
    """The open weekly check-in, whose answers the tests know."""
    weekly = select(Plan.id).where(Plan.patient_id == patient.id, Plan.slug == "weekly-als")
    found = select(CheckIn).where(CheckIn.plan_id.in_(weekly), CheckIn.state == "waiting")
    return await db.scalar(found.order_by(CheckIn.due_at).limit(1))


async def answer(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        patient = await db.get_one(Patient, patient_id)
        check_in = await open_check_in(db, patient)
        if check_in is not None and check_in.due_at <= now:
            await answered(db, patient, check_in, STEADY, now)


async def pause(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await pausing.pause(work_by(db, cast.maria, now), await db.get_one(Patient, patient_id), PauseReason.HOSPITAL)


async def end_a_plan(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        for plan in (await plans.plans_of(db, patient_id))[:1]:
            await ended_plans.end(work_by(db, cast.maria, now), plan, "Not needed")


async def add_a_plan(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await due_check_in(db, await db.get_one(Patient, patient_id), "function", now)


async def add_a_patient(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await late_patient(db, cast, 1000, now - 5 * DAY)


ACTS: dict[str, Act] = {
    "a call is logged": log_a_call,
    "a check-in is answered": answer,
    "a patient is paused": pause,
    "a plan ends": end_a_plan,
    "a plan is added": add_a_plan,
    "a patient is added": add_a_patient,
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 30), st.integers(0, 30)), max_size=4)


async def listed(database: Database, cast: Cast, now: datetime) -> set[str]:
    async with database.reading() as db:
        return {one.patient_id for one in await late_patients.unanswered(work_by(db, cast.maria, now))}


async def late_page(database: Database, cast: Cast, after: str, now: datetime) -> tuple[list[str], str | None]:
    async with database.reading() as db:
        actor = acting(cast.maria)
        overdue = await late_patients.unanswered(Work(db, actor, now))
        page = await inbox_pages._late(Work(db, actor, now), overdue, after, 0)
        return [row.patient.id for row in page.late], page.after


@pytest.mark.sweep
@given(
    dues=st.lists(st.integers(0, 140), min_size=1, max_size=12),
    pages=st.lists(STEPS, max_size=8),
    size=st.integers(1, 4),
)
@settings(max_examples=examples(40))
def test_case_92_each_patient_who_stays_late_is_shown_and_nobody_twice(
    dues: list[int], pages: list[list[tuple[str, int, int]]], size: int, sqlite_templates: Path
) -> None:
    """`dues` are the hours since each check-in fell due. Between two pages somebody acts, and hours pass."""

    async def life(url: str) -> None:
        database, now = Database(url), LATER
        async with database.reading() as db:
            cast = await meet(db)
        async with database.writing() as db:
            made = [(await late_patient(db, cast, n, now - timedelta(hours=ago))).id for n, ago in enumerate(dues)]
        stayed = await listed(database, cast, now)
        shown, after = await late_page(database, cast, "", now)
        for steps in pages:
            for act, which, hours in steps:
                now += timedelta(hours=hours)
                await ACTS[act](database, cast, made[which % len(made)], now)
                stayed &= await listed(database, cast, now)
            if after is None:
                break
            more, after = await late_page(database, cast, after, now)
            shown += more
        while after is not None:
            more, after = await late_page(database, cast, after, now)
            shown += more
        assert max(Counter(shown).values(), default=1) == 1
        assert stayed <= set(shown)
        await database.close()

    file = sqlite_templates / f"{uuid4().hex}.db"
    shutil.copy(sqlite_templates / "with_cast.db", file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox_pages, "LATE_ROWS", size)
        asyncio.run(life(f"sqlite:///{file}"))
    file.unlink()
