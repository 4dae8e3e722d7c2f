"""Each row of a list of the inbox appears exactly once, whatever happens between two pages (case 92)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.checkins.models import CheckIn
from server.db import Database
from server.desk.inbox import pages as inbox_pages
from server.desk.inbox import rows as inbox_rows
from server.flags import actions
from server.flags.models import Flag
from server.flags.rules import FlagOutcome, Severity
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Patient
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.desk.inbox.late_patients import DAY, LATER, all_rows, late_patient, log_a_call
from tests.desk.inbox.scene import many_flags
from tests.stories import STEADY, answered, due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.sweep
@ONE_DATABASE
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


@pytest.mark.sweep
@ONE_DATABASE
async def test_case_92_a_flag_that_gets_worse_or_is_closed_between_pages_displaces_no_other(
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


@pytest.mark.sweep
@ONE_DATABASE
async def test_case_92_a_flag_reopened_between_pages_of_done_repeats_no_row(
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
async def test_case_92_responses_that_are_opened_or_arrive_between_pages_displace_no_other(
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
async def test_case_92_a_refreshed_list_is_as_long_as_before(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch, show: str
) -> None:
    """The page asks again for all rows that "Show more" has shown. Rows left out of the answer would vanish from it."""
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
