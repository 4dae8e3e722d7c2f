"""What the pages of a question and of the final check show (case 123)."""

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.respondents import Respondent
from server.responses.questions import question_view
from tests.cast import Cast
from tests.questionnaires.made_up import library
from tests.responses.delivering import check_in as check_in
from tests.responses.delivering import rosa_answering

WEEKLY, AFTER = library("weekly-als"), library("day-after")


def test_a_question_is_numbered_among_those_that_this_respondent_is_asked() -> None:
    pain = WEEKLY.question("pain")
    mine = question_view.place(WEEKLY, {"pain": 3}, pain, Respondent.SELF)
    theirs = question_view.place(WEEKLY, {}, pain, Respondent.HANDS)
    assert (mine["total"] - theirs["total"], mine["given"], theirs["given"]) == (1, 3, None)
    first = question_view.place(WEEKLY, {}, WEEKLY.questions[0], Respondent.SELF)
    assert (first["number"], first["back"]) == (1, None)


def test_a_question_that_an_answer_brings_up_counts_too() -> None:
    pain = WEEKLY.question("pain")
    before = question_view.place(WEEKLY, {}, pain, Respondent.SELF)["total"]
    assert question_view.place(WEEKLY, {"swallowing": "little"}, pain, Respondent.SELF)["total"] == before + 1


def test_case_123_a_private_screen_leads_to_the_private_question_behind_it() -> None:
    mood, pain = AFTER.question("mood"), AFTER.question("pain")
    assert question_view.onward(AFTER, mood, {"very-hard": "crisis"}) == {"crisis": "self-harm"}
    assert question_view.onward(AFTER, mood, {"none": "crisis"}) == {}
    assert question_view.onward(AFTER, pain, {"10": "fall"}) == {}


async def test_case_123_other_hands_see_that_the_mood_was_answered_and_not_how(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        mine = await rosa_answering(db, cast, check_in)
        theirs = mine.by(Respondent.HANDS)
        view = await question_view.check(theirs, await theirs.kept())
        assert [(question.link_id, given) for question, given in view["private"]] == [("mood", True)]
        assert "hard" not in view["outbox"]
        own = await question_view.check(mine, await mine.kept())
        assert own["private"] == []
        assert '"mood": "hard"' in own["outbox"]
