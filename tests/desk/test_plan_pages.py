"""Staff add and end plans. Answers that the patient has begun are submitted (case 156)."""

import asyncio
from datetime import timedelta

import pytest

from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.checkins.models import CheckIn, Plan
from server.checkins.rules import CheckInState
from server.db import Database
from server.people import flow as people
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import drafts, lookup
from server.responses.drafts import Statement
from server.responses.models import Draft, Response
from server.responses.submission import submit
from server.responses.submission.submission import Submission
from tests.appointments.scene import DECEMBER, tied
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter
from tests.stories import STEADY, audited, due_check_in, rows


async def begun(database: Database, cast: Cast) -> CheckIn:
    """Rosa has answered one question of an open check-in."""
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        statement = Statement(Respondent.SELF, {"pain": 2})
        await drafts.keep(work_by(db, cast.rosa), check_in, definition, statement)
        return check_in


@pytest.mark.parametrize("answered", [True, False])
async def test_case_156_ending_a_plan_submits_the_answers_so_far(
    signed_in: Enter, cast: Cast, database: Database, answered: bool
) -> None:
    check_in = await begun(database, cast)
    if not answered:
        async with database.writing() as db:
            await drafts.clear(db, check_in)
    maria = await signed_in(cast.maria)
    path = f"/staff/patients/{cast.rosa.id}/plans/{check_in.plan_id}/end"
    await maria.submit(path, {"reason": "Another questionnaire fits better"})
    [after] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    responses = await rows(database, Response, Response.check_in_id == check_in.id)
    assert (after.state, len(responses)) == (("partial", 1) if answered else ("cancelled", 0))
    assert await rows(database, Draft) == []


async def test_case_90_two_simultaneous_presses_end_the_plan_once(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        plan_id = (await due_check_in(db, cast.rosa)).plan_id
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    end = {"reason": "Another questionnaire fits better"}
    presses = await asyncio.gather(*(maria.submit_and_stay(f"{path}/plans/{plan_id}/end", end) for _ in range(4)))
    assert {(press.status_code, press.headers.get("location")) for press in presses} == {(303, f"{path}#plans")}
    assert (await audited(database, plan_id)).count("plan.ended") == 1


async def test_case_156_adding_the_same_plan_again_asks_nothing_twice(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    path = f"/staff/patients/{cast.rosa.id}/plans"
    daily = {"slug": "daily-three", "rhythm": "daily", "at": "09:00"}  # 9:00 in New York
    await maria.submit(path, daily)
    [plan] = await rows(database, Plan, Plan.slug == "daily-three")
    async with database.writing() as db:
        [today] = [c for c in await rows(database, CheckIn, CheckIn.plan_id == plan.id) if c.due_at <= NOW]
        (await db.get_one(CheckIn, today.id)).state = CheckInState.DONE
    await maria.submit(f"{path}/{plan.id}/end", {"reason": "By mistake"})
    await maria.submit(path, daily)
    again = [c.day for c in await rows(database, CheckIn, CheckIn.plan_id != plan.id) if c.day]
    assert again
    assert today.day not in again


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_118_an_equal_plan_is_asked_about_before_it_is_added(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    path, form = f"/staff/patients/{cast.walter.id}/plans", {"slug": "daily-three", "rhythm": "daily", "at": "09:30"}
    before = len(await rows(database, Plan))
    await maria.submit(path, form)
    asked = await maria.submit(path, form | {"at": "18:00"})
    assert asked.status_code == 422
    assert "already" in words(asked)
    assert 'name="at" value="18:00"' in asked.text
    assert len(await rows(database, Plan)) == before + 1
    await maria.submit(path, form | {"at": "18:00", "anyway": "yes"})
    assert len(await rows(database, Plan)) == before + 2


async def test_case_156_a_plan_is_ended_while_its_check_in_is_sent(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Whoever ends it locks the patient first, and holds nothing that the submission needs."""
    check_in, maria = await begun(database, cast), await signed_in(cast.maria)
    page = f"/staff/patients/{cast.rosa.id}/plans/{check_in.plan_id}/end"
    async with database.writing() as db:
        await people.lock(db, await db.get_one(Patient, cast.rosa.id))
        act = asyncio.create_task(maria.submit(page, {"reason": "Moved to another clinic."}))
        await asyncio.wait({act}, timeout=0.5)
        async with asyncio.timeout(5):
            theirs = await lookup.lock(db, acting(cast.rosa), check_in.id)
        assert theirs is not None
        await submit.submit(work_by(db, cast.rosa), theirs, Submission(theirs.client_id, STEADY, Respondent.SELF, NOW))
    assert (await act).status_code == 200
    [response] = await rows(database, Response)
    [plan] = await rows(database, Plan, Plan.id == check_in.plan_id)
    assert (response.status, plan.ended_by) == ("completed", cast.maria.id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"slug": "function", "rhythm": "monthly", "at": "07:00"}, "next: Wed, Dec 16, 7:00 AM"),  # too late today
        ({"slug": "function", "rhythm": "monthly", "at": "08:30"}, "next: Mon, Nov 16, 8:30 AM"),  # open already
        ({"slug": "function", "rhythm": "monthly", "at": "10:00"}, "next: Mon, Nov 16, 10:00 AM"),
        ({"slug": "weekly-als", "rhythm": "weekly", "weekday": "0", "at": "07:00"}, "next: Mon, Nov 23, 7:00 AM"),
        ({"slug": "readiness", "rhythm": "before", "at": "10:00"}, "next: with the next visit that is booked"),
    ],
)
async def test_the_page_after_a_plan_was_added_says_when_it_asks_first(
    signed_in: Enter, cast: Cast, sent: dict[str, str], shown: str
) -> None:
    maria = await signed_in(cast.maria)
    assert shown in words(await maria.submit(f"/staff/patients/{cast.rosa.id}/plans", sent))


async def test_case_156_a_plan_around_visits_asks_about_those_that_were_booked_before_it(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        booked = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(DECEMBER))
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/plans"
    page = await maria.submit(path, {"slug": "readiness", "rhythm": "before", "at": "10:00"})
    await maria.submit(path, {"slug": "day-after", "rhythm": "after", "at": "10:00"})
    assert "next: Mon, Nov 30, 10:00 AM" in words(page)
    async with database.reading() as db:
        assert await tied(db, booked) == ["11-30 10:00", "12-02 10:00"]


@pytest.mark.parametrize("state", [CheckInState.WAITING, CheckInState.DONE])
async def test_case_156_a_plan_around_visits_that_is_used_again_asks_about_each_visit_once(
    signed_in: Enter, cast: Cast, database: Database, state: CheckInState
) -> None:
    """It has missed the visit that was booked while it had ended. Adding it anew asks nobody twice either."""
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/plans"
    readiness = {"slug": "readiness", "rhythm": "before", "at": "10:00"}
    async with database.writing() as db:
        early = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(DECEMBER))
    await maria.submit(path, readiness)
    [plan] = await rows(database, Plan, Plan.slug == "readiness", Plan.patient_id == cast.rosa.id)
    async with database.writing() as db:
        [about_it] = await rows(database, CheckIn, CheckIn.plan_id == plan.id)
        stored = await db.get_one(CheckIn, about_it.id)
        stored.state = state
        stored.due_at = NOW if state == CheckInState.DONE else stored.due_at  # it was asked before it was answered
    await maria.submit(f"{path}/{plan.id}/end", {"reason": "By mistake"})
    async with database.writing() as db:
        late = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(DECEMBER + timedelta(days=7)))
    asked_again = ["11-30 10:00"] if state == CheckInState.WAITING else []
    for act in ((f"{path}/{plan.id}/resume", {}), (f"{path}/{plan.id}/end", {"reason": "Again"}), (path, readiness)):
        await maria.submit(*act)
        if "end" not in act[0]:
            async with database.reading() as db:
                assert (await tied(db, early), await tied(db, late)) == (asked_again, ["12-07 10:00"])
