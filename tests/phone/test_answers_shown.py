"""Which sent answers a person may see on the phone (case 123)."""

from datetime import timedelta

import pytest

from server.db import Database
from server.phone import answers_shown
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.drafts import Statement, put_back
from tests.cast import NOW, Cast, acting, work_by
from tests.questionnaires.made_up import library
from tests.stories import STEADY, answered, due_check_in

WEEK = timedelta(days=7)


async def test_case_123_after_other_hands_the_patient_must_first_say_that_it_is_her(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa, luis = acting(cast.rosa), acting(cast.luis)
        assert await answers_shown.may_see_private(db, rosa, "")
        check_in = await due_check_in(db, cast.rosa)
        await put_back(work_by(db, cast.rosa), check_in, Statement(Respondent.HANDS, {"pain": 1}))
        assert not await answers_shown.may_see_private(db, rosa, "")
        assert await answers_shown.may_see_private(db, rosa, "self")
        assert not await answers_shown.may_see_private(db, luis, "self")


@pytest.mark.parametrize("private", [True, False])
async def test_a_chart_needs_two_answers_and_the_moods_is_private(
    database: Database, cast: Cast, private: bool
) -> None:
    async with database.writing() as db:
        for week, (pain, mood, saliva) in enumerate(((2, "hard", "none"), (5, "none", None))):
            now = NOW + week * WEEK
            check_in = await due_check_in(db, cast.rosa, now=now)
            given = {"pain": pain, "mood": mood, "saliva": saliva}
            await answered(db, cast.rosa, check_in, STEADY | given, now)
        found = await history.of_patient(db, cast.rosa.id)
    trends = {one.question.link_id: one for one in answers_shown.trends(library("weekly-als"), found, private)}
    assert [words for _, words in trends["pain"].said] == ["2", "5"]
    assert "saliva" not in trends
    assert ("mood" in trends) == private
