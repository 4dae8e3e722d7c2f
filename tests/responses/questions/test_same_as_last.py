"""Same as last time, and its undo."""

from sqlalchemy import update

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.models import Response
from server.responses.questions import same_as_last
from server.responses.submission import closing
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.responses.last_time import WORSE, newest, not_offered
from tests.responses.last_time import check_in as check_in
from tests.stories import STEADY, answered, due_check_in, rows


async def test_copied_answers_that_were_not_sent_are_nobodys_answers(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    await rosa.submit(f"/check-ins/{check_in.id}/q/pain", {"answer": "4", "who": "self"})
    async with database.writing() as db:
        await closing.close_ended(db, check_in.closes_at)
    response = await newest(database)
    assert (response.status, history.answers_of(response)) == ("in-progress", {"pain": 4})


async def test_same_as_last_is_not_offered_the_first_time(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        first = await due_check_in(db, cast.rosa)
    assert await not_offered(signed_in, cast.rosa, first)


async def test_same_as_last_is_not_offered_after_a_flag_for_today(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), WORSE)
        after = await due_check_in(db, cast.rosa, now=clock.move(days=7))
    assert [flag.severity for flag in await rows(database, Flag)] == ["today"]
    assert await not_offered(signed_in, cast.rosa, after)


async def test_same_as_last_is_not_offered_for_another_version_or_questionnaire(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, "readiness")
        await db.execute(update(Response).values(slug="readiness"))
    assert await not_offered(signed_in, cast.rosa, check_in)


async def test_the_questions_are_shown_in_pages_of_six(database: Database, check_in: CheckIn) -> None:
    async with database.reading() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    pages = same_as_last.pages(definition, {}, Respondent.SELF)
    assert [len(page["questions"]) for page in pages] == [6, len(STEADY) - 6]
    assert [page["more"] for page in pages] == [1, 0]
