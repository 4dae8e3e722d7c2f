"""Every row of a list appears exactly once, whatever happens between two pages (case 92)."""

import asyncio
import re
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
from server.desk.inbox import paging
from server.desk.inbox import rows as inbox_rows
from server.flags import actions
from server.flags.models import Flag
from server.flags.rules import FlagOutcome, Severity
from server.people import calls
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Patient
from server.people.rules import CallOutcome, PauseReason
from server.responses import overdue as late_patients
from tests.browser_without_screen import Browser, markup
from tests.cast import NOW, Cast, acting, meet, work_by
from tests.conftest import Enter, StillClock
from tests.desk.inbox.scene import many_flags
from tests.stories import STEADY, answered, due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = timedelta(days=1)
LATER = NOW + 6 * DAY
Act = Callable[[Database, Cast, str, datetime], Awaitable[None]]


async def late_patient(db: AsyncSession, cast: Cast, number: int, due: datetime) -> Patient:
    patient = await people.register_patient(work_by(db, cast.maria, due), NewPatient(f"Patient {number}", "UTC"))
    await due_check_in(db, patient, now=due)
    return patient


async def open_check_in(db: AsyncSession, patient: Patient) -> CheckIn | None:
    """The weekly one: its answers are at hand."""
    weekly = select(Plan.id).where(Plan.patient_id == patient.id, Plan.slug == "weekly-als")
    found = select(CheckIn).where(CheckIn.plan_id.in_(weekly), CheckIn.state == "waiting")
    return await db.scalar(found.order_by(CheckIn.due_at).limit(1))


async def log_a_call(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await calls.log_call(
            work_by(db, cast.maria, now), await db.get_one(Patient, patient_id), CallOutcome.REACHED, ""
        )


async def answer(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        patient = await db.get_one(Patient, patient_id)
        check_in = await open_check_in(db, patient)
        if check_in is not None and check_in.due_at <= now:
            await answered(db, patient, check_in, STEADY, now)


async def pause(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await people.pause(work_by(db, cast.maria, now), await db.get_one(Patient, patient_id), PauseReason.HOSPITAL)


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


@given(
    dues=st.lists(st.integers(0, 140), min_size=1, max_size=12),
    pages=st.lists(STEPS, max_size=8),
    size=st.integers(1, 4),
)
@settings(max_examples=40)
def test_case_92_each_late_patient_who_stays_is_on_one_page_and_nobody_is_on_two(
    dues: list[int], pages: list[list[tuple[str, int, int]]], size: int, sqlite_templates: Path
) -> None:
    """`dues` are hours since each check-in fell due; between two pages somebody acts, and hours pass."""

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


async def all_rows(browser: Browser, path: str, between: Callable[[], Awaitable[None]]) -> list[str]:
    """Follow "Show more" to the end; the ids of all rows in the order in which they came."""
    found: list[str] = []
    while True:
        page = markup(await browser.get(path))
        found += re.findall(r'<li class="item[^"]*" id="([^"]+)" data-row', page)
        more = re.search(r'id="more" href="([^"]+)"', page)
        if more is None:
            return found
        path = more[1].replace("&amp;", "&")
        await between()


async def test_case_92_show_more_after_calls_shows_all_250_late_patients(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        made = [await late_patient(db, cast, n, NOW + timedelta(minutes=n)) for n in range(250)]
    clock.now = LATER
    maria = await signed_in(cast.maria)

    async def call_some() -> None:
        for patient in made[:53]:
            await log_a_call(database, cast, patient.id, clock.move(seconds=1))

    found = await all_rows(maria, "/staff?show=late", call_some)
    assert sorted(found) == sorted(f"late-{patient.id}" for patient in made)


@ONE_DATABASE
async def test_case_92_a_flag_that_gets_worse_or_is_closed_between_pages_moves_no_other(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    wanted = await many_flags(database, cast, 130)
    maria = await signed_in(cast.maria)
    page = 0

    async def act() -> None:
        nonlocal page
        page += 1
        last_shown, unshown = wanted[50 * page - 1], wanted[50 * page + 20]
        async with database.writing() as db:
            closed = await db.get_one(Flag, wanted[50 * page - 2])
            await actions.close(work_by(db, cast.ken), closed, actions.Outcome(FlagOutcome.CALLED))
            for flag_id in (last_shown, unshown):
                flag = await db.get_one(Flag, flag_id)
                flag.severity, flag.due_at = Severity.URGENT, NOW - DAY

    assert sorted(await all_rows(maria, "/staff", act)) == sorted(f"flag-{flag_id}" for flag_id in wanted)


@ONE_DATABASE
async def test_case_92_a_flag_reopened_between_pages_of_done_repeats_no_page(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    ids = await many_flags(database, cast, 70)
    async with database.writing() as db:
        for n, flag_id in enumerate(ids):
            flag = await db.get_one(Flag, flag_id)
            await actions.close(
                work_by(db, cast.ken, NOW + timedelta(seconds=n // 3)), flag, actions.Outcome(FlagOutcome.CALLED)
            )
    maria = await signed_in(cast.maria)

    async def reopen_the_last_shown() -> None:
        async with database.writing() as db:
            done = select(Flag).where(Flag.closed_at.is_not(None)).order_by(Flag.closed_at.desc(), Flag.id.desc())
            last = list(await db.scalars(done.limit(inbox_rows.PAGE)))[-1]
            await actions.reopen(work_by(db, cast.ken), last)

    found = await all_rows(maria, "/staff?show=done", reopen_the_last_shown)
    assert sorted(found) == sorted(f"flag-{flag_id}" for flag_id in ids)


@ONE_DATABASE
async def test_case_92_new_answers_opened_and_arriving_between_pages_move_no_other(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_rows, "PAGE", 4)
    made: list[str] = []
    async with database.writing() as db:
        for n in range(10):
            patient = await people.register_patient(work_by(db, cast.maria), NewPatient(f"Patient {n}", "UTC"))
            taken = await answered(db, patient, await due_check_in(db, patient), STEADY, NOW)
            made.append(taken.response.id)
    newest_first = sorted(made, reverse=True)
    maria = await signed_in(cast.maria)

    async def act() -> None:
        await maria.get(f"/staff/responses/{newest_first[3]}")
        async with database.writing() as db:
            patient = await people.register_patient(work_by(db, cast.maria), NewPatient("New", "UTC"))
            await answered(db, patient, await due_check_in(db, patient), STEADY, NOW + DAY)

    assert await all_rows(maria, "/staff?show=new", act) == [f"response-{one}" for one in newest_first]


@ONE_DATABASE
@pytest.mark.parametrize("show", ["action", "new", "late", "done"])
async def test_case_92_a_list_taken_in_again_is_as_long_as_it_was(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch, show: str
) -> None:
    """What a page has shown with "Show more" is asked for as a whole: rows left out would leave the page."""
    monkeypatch.setattr(inbox_rows, "PAGE", 4)
    monkeypatch.setattr(inbox_pages, "LATE_ROWS", 4)
    ids = await many_flags(database, cast, 9)
    async with database.writing() as db:
        for flag_id in ids if show == "done" else ():
            await actions.close(
                work_by(db, cast.ken), await db.get_one(Flag, flag_id), actions.Outcome(FlagOutcome.CALLED)
            )
        for check_in in list(await db.scalars(select(CheckIn).where(CheckIn.due_at == NOW))):
            if show == "new":
                await answered(db, await db.get_one(Patient, check_in.patient_id), check_in, STEADY, NOW)
    clock.now = NOW + 4 * DAY
    page = (await (await signed_in(cast.maria)).get(f"/staff?show={show}&many=8")).text
    assert page.count(" data-row>") == 8
    assert 'id="more"' in page


@given(st.lists(st.uuids(), max_size=50), st.lists(st.uuids(), max_size=50))
def test_case_92_a_link_says_which_rows_were_shown(before: list[object], ids: list[object]) -> None:
    row_ids = [str(one).replace("-", "") for one in (*before, *ids)]
    shown = frozenset(map(paging.mark, row_ids[: len(before)]))
    packed = paging.pack(shown, row_ids[len(before) :])
    assert paging.unpack(packed) == frozenset(map(paging.mark, row_ids))
    assert re.fullmatch(r"[A-Za-z0-9_-]*", packed)


@given(st.text(max_size=60))
def test_case_92_a_link_that_somebody_made_up_is_the_first_page_or_goes_on_somewhere(after: str) -> None:
    assert all(len(one) == paging.MARK for one in paging.unpack(after))
    paging.unpack_moment(after)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)), st.uuids())
def test_case_92_a_place_among_the_done_is_kept_to_the_microsecond(moment: datetime, row: object) -> None:
    aware = moment.replace(tzinfo=NOW.tzinfo)
    assert paging.unpack_moment(paging.pack_moment(aware, str(row))) == (aware, str(row))
