"""A response can be undone for ten minutes, and both versions stay on record (case 39)."""

from datetime import timedelta

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.responses import history
from server.responses.models import Response
from server.responses.submission import receipt
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.responses.last_time import WORSE, received
from tests.responses.last_time import check_in as check_in
from tests.stories import STEADY, answered, audited, entry, rows, sealed


async def test_undo_reopens_the_check_in_and_both_responses_stay_on_record(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), WORSE)
    clock.move(minutes=9)
    assert "Undo" in words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    page = await rosa.submit(f"/check-ins/{check_in.id}/withdraw")
    assert page.url.path == f"/check-ins/{check_in.id}/check"
    await rosa.submit(f"/check-ins/{check_in.id}/q/speech", {"answer": "none", "who": "self"})
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    undone, sent = sorted((r for r in await rows(database, Response) if r.check_in_id == check_in.id), key=received)
    assert (history.answers_of(undone), history.answers_of(sent)) == (WORSE, STEADY)
    assert (undone.undone_at, sent.undone_at) == (clock(), None)
    assert "withdrawn by the patient" in words(await maria.get(f"/staff/responses/{undone.id}"))
    assert [(flag.severity, flag.closed_at) for flag in await rows(database, Flag)] == [("today", None)]
    assert "response.undone" in await audited(database, undone.id)
    async with database.reading() as db:
        assert [r.id for r in await history.of_patient(db, cast.rosa.id)][-1:] == [sent.id]


async def test_after_ten_minutes_a_response_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    clock.move(minutes=10)
    assert "Undo" not in words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    page = await rosa.submit(f"/check-ins/{check_in.id}/withdraw")
    assert page.url.path == f"/check-ins/{check_in.id}/sent"


async def test_case_39_a_replay_of_an_undone_response_gets_its_receipt(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """The phone's queue sends the response again after the undo.

    It learns that we have it, and nothing is sent anew.
    """
    rosa = await signed_in(cast.rosa)
    body = sealed(check_in.client_id, entry(STEADY))
    first = await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)
    await rosa.submit(f"/check-ins/{check_in.id}/withdraw")
    again = await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)
    assert (again.json()["response"], again.json()["again"]) == (first.json()["response"], True)
    assert [c.state for c in await rows(database, CheckIn, CheckIn.id == check_in.id)] == ["waiting"]


async def test_a_response_is_undone_once_and_the_first_staff_member_to_open_it_is_named(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        taken = await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY, check_in.due_at)
        for staff in (cast.maria, cast.ken):
            await receipt.opened(work_by(db, staff, check_in.due_at), taken.response)
        assert taken.response.opened_by == cast.maria.id
        soon = check_in.due_at + timedelta(minutes=9)
        assert [await receipt.undo(work_by(db, cast.rosa, soon), taken.response) for _ in range(2)] == [True, False]
        assert taken.response.undone_at == soon
