"""Same as last time, and undo (UX: patient screens 6 and 10)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.responses import history
from server.responses.models import Draft, Response
from server.responses.submission import closing
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, audited, due_check_in, entry, rows, sealed

WEEK = timedelta(days=7)
WORSE = STEADY | {"speech": "hard"}


@pytest.fixture
async def check_in(database: Database, cast: Cast, clock: StillClock) -> CheckIn:
    """Rosa's weekly one, due now; she answered last week's."""
    async with database.writing() as db:
        first = await due_check_in(db, cast.rosa, now=NOW - WEEK)
        await answered(db, cast.rosa, first, STEADY, NOW - WEEK)
        return await due_check_in(db, cast.rosa)


async def drafts(database: Database) -> dict[str, bool]:
    return {draft.link_id: draft.copied for draft in await rows(database, Draft)}


async def newest(database: Database) -> Response:
    return max(await rows(database, Response), key=lambda response: response.received_at)


async def test_two_activations_answer_it_where_nothing_has_changed(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    page = await rosa.get(f"/check-ins/{check_in.id}")
    assert "Is it all the same as last time?" in words(page)
    assert "This is what you said on" in words(page)
    check = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "same", "who": "self"})
    assert check.url.path == f"/check-ins/{check_in.id}/check"
    assert words(check).count("as last time") == len(STEADY)
    sent = await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    assert "The clinic has received it" in words(sent)
    response = await newest(database)
    assert (history.answers_of(response), set(response.copied)) == (STEADY, set(STEADY))
    assert words(await maria.get(f"/staff/responses/{response.id}")).count("as last time") == len(STEADY)


async def test_what_changed_is_asked_and_the_rest_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    assert "What has changed?" in words(page)
    assert page.text.count("/q/") == 6
    assert "page=1" in page.text
    again = await rosa.submit(f"/check-ins/{check_in.id}/q/speech", {"answer": "little", "who": "self"})
    assert again.url.path == f"/check-ins/{check_in.id}/different"
    assert "Has more changed?" in words(again)
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    response = await newest(database)
    assert history.answers_of(response) == STEADY | {"speech": "little"}
    assert set(response.copied) == set(STEADY) - {"speech"}


async def test_a_change_that_asks_for_more_asks_it_first(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Swallowing became hard: choking is asked before going back to what else has changed."""
    rosa = await signed_in(cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    page = await rosa.submit(f"/check-ins/{check_in.id}/q/swallowing", {"answer": "little", "who": "self"})
    assert page.url.path == f"/check-ins/{check_in.id}/q/choking"


async def test_who_wants_each_question_is_asked_each(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "all", "who": "self"})
    assert "1 of" in words(page)
    assert await drafts(database) == {}


async def test_what_was_taken_over_and_not_sent_is_nobodys_answer(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    await rosa.submit(f"/check-ins/{check_in.id}/q/pain", {"answer": "4", "who": "self"})
    async with database.writing() as db:
        await closing.close_ended(db, check_in.closes_at)
    response = await newest(database)
    assert (response.status, history.answers_of(response)) == ("in-progress", {"pain": 4})


async def not_offered(signed_in: Enter, person: object, check_in: CheckIn, who: str = "self") -> bool:
    device = await signed_in(person)  # type: ignore[arg-type]
    page = await device.get(f"/check-ins/{check_in.id}/same?who={who}")
    return page.url.path != f"/check-ins/{check_in.id}/same"


async def test_it_is_not_offered_the_first_time(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        first = await due_check_in(db, cast.rosa)
    assert await not_offered(signed_in, cast.rosa, first)


async def test_it_is_not_offered_after_a_hard_flag(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), WORSE)
        after = await due_check_in(db, cast.rosa, now=clock.move(days=7))
    assert [flag.severity for flag in await rows(database, Flag)] == ["today"]
    assert await not_offered(signed_in, cast.rosa, after)


async def test_case_76_a_helper_does_not_take_over_the_patients_words(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    assert await not_offered(signed_in, cast.luis, check_in, "helper")
    luis = await signed_in(cast.luis)
    page = await luis.get(f"/check-ins/{check_in.id}/same?who=hands")
    assert "Is it all the same as last time?" in words(page)


async def test_it_is_not_offered_for_another_version_or_questionnaire(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, "readiness")
        await db.execute(update(Response).values(slug="readiness"))
    assert await not_offered(signed_in, cast.rosa, check_in)


async def test_undo_opens_it_again_and_both_stay_on_record(
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


def received(response: Response) -> tuple[datetime, bool]:
    return (response.received_at, response.undone_at is None)


async def test_after_ten_minutes_it_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    clock.move(minutes=10)
    assert "Undo" not in words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    page = await rosa.submit(f"/check-ins/{check_in.id}/withdraw")
    assert page.url.path == f"/check-ins/{check_in.id}/sent"


async def test_case_39_a_replay_of_what_was_taken_back_gets_its_receipt(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """The phone's queue sends it again after the undo: it is told that we have it, and nothing is sent anew."""
    rosa = await signed_in(cast.rosa)
    body = sealed(check_in.client_id, entry(STEADY))
    first = await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)
    await rosa.submit(f"/check-ins/{check_in.id}/withdraw")
    again = await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)
    assert (again.json()["response"], again.json()["again"]) == (first.json()["response"], True)
    assert [c.state for c in await rows(database, CheckIn, CheckIn.id == check_in.id)] == ["waiting"]
