"""A check-in falls due a week after the patient answered the same questions."""

from datetime import datetime, timedelta

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Draft, Response
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, answered, due_check_in, rows

WEEK = timedelta(days=7)
WORSE = STEADY | {"speech": "hard"}


@pytest.fixture
async def check_in(database: Database, cast: Cast, clock: StillClock) -> CheckIn:
    """Rosa's weekly check-in is due now. She answered last week's."""
    async with database.writing() as db:
        first = await due_check_in(db, cast.rosa, now=NOW - WEEK)
        await answered(db, cast.rosa, first, STEADY, NOW - WEEK)
        return await due_check_in(db, cast.rosa)


async def drafts(database: Database) -> dict[str, bool]:
    """Maps each link id to whether its answer was copied from last time."""
    return {draft.link_id: draft.copied for draft in await rows(database, Draft)}


async def newest(database: Database) -> Response:
    return max(await rows(database, Response), key=lambda response: response.received_at)


async def not_offered(signed_in: Enter, person: object, check_in: CheckIn, who: str = "self") -> bool:
    device = await signed_in(person)  # type: ignore[arg-type]
    page = await device.get(f"/check-ins/{check_in.id}/same?who={who}")
    return page.url.path != f"/check-ins/{check_in.id}/same"


def received(response: Response) -> tuple[datetime, bool]:
    return (response.received_at, response.undone_at is None)
