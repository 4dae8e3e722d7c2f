"""From an answer to an outcome, through the pages (cases 60, 61, 72, 74)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.people import flow as people
from server.people.flow import NewPatient
from server.responses.models import Response
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in, rows

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
async def check_in(database: Database, cast: Cast, clock: StillClock) -> CheckIn:
    """Rosa had no trouble last week. This week's check-in is due."""
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY)
    clock.move(days=7)
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, now=clock())


async def rosa_answers(rosa: Browser, check_in: CheckIn, **answers: str) -> None:
    for link_id, value in answers.items():
        await rosa.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": value, "who": "self"})
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})


async def only_flag(database: Database) -> Flag:
    [flag] = await rows(database, Flag)
    return flag


async def test_a_worse_answer_reaches_staff_and_the_patient_reads_who_has_it(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa_answers(rosa, check_in, swallowing="hard", choking="no", speech="none")
    inbox = words(await maria.get("/staff"))
    assert "Rosa Delgado" in inbox
    assert "Chewing and swallowing: Hard (last time: No trouble)" in inbox
    sent = f"/check-ins/{check_in.id}/sent"
    assert "Opened Not yet" in words(await rosa.get(sent))
    flag = await only_flag(database)
    page = await maria.submit(f"/staff/flags/{flag.id}/own")
    assert page.url.path == f"/staff/patients/{cast.rosa.id}"
    assert "Maria Alvarez will contact you" in words(await rosa.get(sent))
    closed = await maria.submit(f"/staff/flags/{flag.id}/close", {"outcome": "called", "note": "Softer food."})
    assert "Softer food." in words(closed)
    assert "Chewing and swallowing: Hard" not in words(await maria.get("/staff"))
    assert "Chewing and swallowing: Hard" in words(await maria.get("/staff?show=done"))
    text = words(await rosa.get(sent))
    assert "Maria Alvarez has called" in text
    assert "Softer food" not in text


async def test_the_patient_is_told_once_that_staff_opened_the_response(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa, maria, ken = await signed_in(cast.rosa), await signed_in(cast.maria), await signed_in(cast.ken)
    await rosa_answers(rosa, check_in, speech="none")
    flagless = words(await maria.get("/staff?show=new"))
    assert "Rosa Delgado Weekly check-in" in flagless
    sent_page = await rosa.get(f"/check-ins/{check_in.id}/sent")
    assert "Not yet" in words(sent_page)
    response_id = await response_of(database, check_in)
    for device in (maria, ken):
        await device.get(f"/staff/responses/{response_id}")
        clock.move(hours=1)
    assert "Opened Maria Alvarez, Mon, Nov 23, 9:00 AM" in words(await rosa.get(f"/check-ins/{check_in.id}/sent"))


async def response_of(database: Database, check_in: CheckIn) -> str:
    [response] = await rows(database, Response, Response.check_in_id == check_in.id)
    return response.id


async def test_no_action_without_a_note_is_refused(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa_answers(rosa, check_in, speech="hard")
    flag = await only_flag(database)
    for form in ({}, {"outcome": "no-action", "note": "  "}, {"outcome": "made-up", "note": "x"}):
        assert (await maria.submit(f"/staff/flags/{flag.id}/close", form)).status_code == 422
    assert (await only_flag(database)).closed_at is None


async def test_case_74_the_second_staff_member_sees_what_the_first_did(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria, ken = await signed_in(cast.rosa), await signed_in(cast.maria), await signed_in(cast.ken)
    await rosa_answers(rosa, check_in, speech="hard")
    flag = await only_flag(database)
    await maria.submit(f"/staff/flags/{flag.id}/close", {"outcome": "called", "note": "Talked."})
    page = await ken.submit(f"/staff/flags/{flag.id}/close", {"outcome": "visit-moved"})
    assert page.status_code == 409  # the page says that nothing was changed
    assert "Maria Alvarez" in words(page)
    assert (await only_flag(database)).outcome == "called"


async def test_undo_puts_the_flag_back_into_the_inbox(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa_answers(rosa, check_in, speech="hard")
    flag = await only_flag(database)
    await maria.submit(f"/staff/flags/{flag.id}/close", {"outcome": "called"})
    await maria.submit(f"/staff/flags/{flag.id}/reopen")
    assert "Speech: Hard to follow (last time: Same as ever)" in words(await maria.get("/staff"))


async def test_case_60_script_in_a_name_or_a_note_is_shown_as_text(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        rosa = await people.find_patient(db, acting(cast.maria), cast.rosa.id)
        assert rosa is not None
        await people.change_patient(work_by(db, cast.maria, check_in.due_at), rosa, NewPatient(EVIL, cast.harbor.zone))
    phone, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa_answers(phone, check_in, speech="hard")
    flag = await only_flag(database)
    noted = await maria.submit(f"/staff/flags/{flag.id}/close", {"outcome": "called", "note": EVIL})
    response = await maria.get(f"/staff/responses/{await response_of(database, check_in)}")
    others = [await maria.get(path) for path in ("/staff", "/staff?show=done", "/staff?show=new", "/staff/schedule")]
    phones = [await phone.get(path) for path in ("/", "/settings", f"/check-ins/{check_in.id}/sent")]
    for page in (noted, response, *others, *phones):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert "&lt;script&gt;alert" in noted.text


async def test_case_61_a_flag_of_another_clinic_is_not_found(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, tom = await signed_in(cast.rosa), await signed_in(cast.tom)
    await rosa_answers(rosa, check_in, speech="hard")
    flag = await only_flag(database)
    for verb in ("own", "close", "reopen"):
        answer = await tom.submit(f"/staff/flags/{flag.id}/{verb}", {"outcome": "called"})
        assert answer.status_code == 404
    assert "Rosa" not in (await tom.get("/staff")).text
    assert ((await only_flag(database)).owner_id, (await only_flag(database)).closed_at) == (None, None)
