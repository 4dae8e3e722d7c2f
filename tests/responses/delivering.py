"""A due check-in, and the requests by which a phone's queue sends it."""

from typing import Any

import pytest
from httpx import Response as Answer
from sqlalchemy.ext.asyncio import AsyncSession

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires.respondents import Respondent
from server.responses.drafts import Statement, put_back
from server.responses.models import Response
from server.responses.questions.answering import Answering, Caller
from tests.browser_without_screen import Browser
from tests.cast import Cast, work_by
from tests.stories import STEADY, due_check_in, rows, sealed


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def rosa_answering(db: AsyncSession, cast: Cast, check_in: CheckIn) -> Answering:
    """Rosa has answered pain and mood herself and sent nothing yet."""
    work = work_by(db, cast.rosa)
    await put_back(work, check_in, Statement(Respondent.SELF, {"pain": 2, "mood": "hard"}))
    answering = await Caller(work, check_in.id, "self").at_check_in()
    assert answering is not None
    return answering


async def deliver(device: Browser, check_in: CheckIn, content: Any, client_id: str = "") -> Answer:
    """Sends as the phone's queue does: sealed anew each time, under the check-in's client id."""
    body = sealed(client_id or check_in.client_id, content)
    return await device.post_json(f"/check-ins/{check_in.id}/responses", body)


async def only_response(database: Database) -> Response:
    [response] = await rows(database, Response)
    return response


WORSE = STEADY | {"speech": "very-hard"}


async def flagged(database: Database) -> list[str]:
    return [f"{flag.severity} {flag.item}" for flag in await rows(database, Flag)]
