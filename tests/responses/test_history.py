"""A patient's responses, in the order in which they were answered (case 42)."""

from datetime import timedelta

from sqlalchemy import select

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.respondents import Respondent
from server.responses import history as past
from server.responses.submission import receipt, submission, submit
from tests.cast import NOW, Cast, work_by
from tests.checkins.scene import DAILY, plan
from tests.stories import due_check_in


async def test_case_42_responses_are_in_the_order_in_which_they_were_answered(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.writing() as db:
        first, second = list(await db.scalars(select(CheckIn).order_by(CheckIn.due_at)))[:2]
        for check_in, at in ((second, NOW + timedelta(days=1)), (first, NOW)):
            sent = submission.Submission(check_in.client_id, {"pain": 1}, Respondent.SELF, at)
            await submit.submit(work_by(db, cast.rosa, NOW + timedelta(days=2)), check_in, sent)
        history = await past.of_patient(db, cast.rosa.id, "daily-three")
    assert [response.check_in_id for response in history] == [first.id, second.id]


async def test_case_90_the_response_that_was_undone_last_is_found(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        assert await past.last_undone(db, check_in.id) is None
        for minutes, respondent in enumerate((Respondent.SELF, Respondent.HANDS)):
            work = work_by(db, cast.rosa, NOW + timedelta(minutes=minutes))
            sent = submission.Submission(check_in.client_id, {"breathing": "little"}, respondent, work.now)
            await submit.submit(work, check_in, sent)
            response = await past.current_response(db, check_in.id)
            assert response is not None
            assert await receipt.undo(work, response)
        undone = await past.last_undone(db, check_in.id)
        assert undone is not None
        assert undone.respondent == Respondent.HANDS
