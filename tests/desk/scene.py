"""An answered check-in of function, and a mark for tests that need one database only."""

import pytest

from server.db import Database
from server.questionnaires import flow as questionnaires
from tests.cast import Cast
from tests.conftest import StillClock
from tests.stories import answered, due_check_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def function_check_in(database: Database, cast: Cast, clock: StillClock, level: int) -> None:
    """Rosa answers every question with the option of this level."""
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa, "function", clock())
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        given = {q.link_id: next(o.code for o in q.options if o.level == level) for q in definition.questions}
        await answered(db, cast.rosa, check_in, given, clock())
