"""A correction closes what its mistake alone raised, and nothing else (case 115)."""

from datetime import timedelta
from typing import Any

from server.db import Database
from server.flags import corrections, lists
from server.flags.rules import FlagOutcome
from server.questionnaires import flow as questionnaires
from server.responses import by_phone, history
from server.responses import corrections as answer_corrections
from server.responses.submission.submission import Taken
from tests.cast import NOW, Cast, work_by
from tests.stories import STEADY, answered, due_check_in

CALM: dict[str, Any] = STEADY
WORSE = {"speech": "very-hard"}


async def test_case_115_a_flag_that_was_open_before_the_mistake_stays_open(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | WORSE)
        check_in = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        work = work_by(db, cast.maria, NOW + timedelta(hours=1))
        taken = await by_phone.enter(work, check_in, definition, CALM | WORSE)
        assert isinstance(taken, Taken)
        await answer_corrections.correct(work, check_in, definition, taken.response, CALM)
        flags = await lists.of_patient(db, cast.rosa.id)
        assert [(flag.item, flag.closed_at) for flag in flags] == [("speech", None)]


async def test_case_115_a_flag_that_the_right_answers_raise_too_stays_open(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        work = work_by(db, cast.maria, NOW)
        mistaken = CALM | WORSE | {"swallowing": "very-hard"}
        taken = await by_phone.enter(work, check_in, definition, mistaken)
        assert isinstance(taken, Taken)
        right = await history.occurrence(db, check_in, definition, CALM | WORSE, taken.response)
        closed = await corrections.close(work, right, taken.response.id, NOW)
        assert [(flag.item, flag.outcome) for flag in closed] == [("swallowing", FlagOutcome.CORRECTED)]
        assert await corrections.close(work, right, taken.response.id, NOW) == []
