"""Which page of a check-in comes next (case 123)."""

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.answers import Value
from server.questionnaires.respondents import Respondent
from server.responses.questions import next_steps
from server.responses.questions.answering import Caller
from tests.cast import Cast, work_by
from tests.responses.delivering import check_in as check_in
from tests.stories import STEADY, due_check_in


async def step(
    database: Database, cast: Cast, check_in: CheckIn, respondent: Respondent, kept: dict[str, Value], after: str | None
) -> tuple[str, bool]:
    """The path after the check-in's own, and whether a question is asked there."""
    async with database.reading() as db:
        answering = await Caller(work_by(db, cast.rosa), check_in.id, respondent).at_check_in()
        assert answering is not None
        found = await next_steps.after(answering, kept, after)
        return found.path.removeprefix(answering.path), found.question is not None


async def test_the_next_question_is_asked_and_the_check_follows_the_last(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    mine = Respondent.SELF
    whole: dict[str, Value] = {**STEADY}  # type: ignore[dict-item]
    assert await step(database, cast, check_in, mine, {}, None) == ("/q/breathing?who=self", True)
    assert await step(database, cast, check_in, mine, {"breathing": "none"}, "breathing") == (
        "/q/swallowing?who=self",
        True,
    )
    assert await step(database, cast, check_in, mine, whole, "mood") == ("/check?who=self", False)


async def test_case_123_in_other_hands_the_mood_is_not_the_next_question(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    public: dict[str, Value] = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}  # type: ignore[misc]
    assert await step(database, cast, check_in, Respondent.HANDS, public, "pain") == ("/check?who=hands", False)


async def test_case_123_after_ask_me_now_only_private_questions_follow(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, "day-after")
        answering = await Caller(work_by(db, cast.rosa), check_in.id, "hands").at_check_in()
        assert answering is not None
        low = next_steps.after_private(answering, {"mood": "hard"}, "mood")
        assert low is not None
        assert low.path == f"{answering.path}/q/self-harm?who=hands&chosen=yes"
        assert next_steps.after_private(answering, {"mood": "none"}, "mood") is None
