"""Rosa's check-ins that ask for the mood, and how a browser answers them."""

from typing import Any

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.stories import STEADY, due_check_in, rows

PUBLIC = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}
ASK = "Ask me this now"


@pytest.fixture
async def day_after(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, "day-after")


async def says(phone: Browser, check_in: CheckIn, link_id: str, answer: str, who: str = "hands") -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": answer, "who": who})


async def says_all(phone: Browser, check_in: CheckIn, who: str = "hands") -> Any:
    for link_id, value in PUBLIC.items():
        page = await says(phone, check_in, link_id, "no" if value is False else str(value), who)
    return page


async def sends(phone: Browser, check_in: CheckIn, who: str = "hands") -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/send", {"who": who})


async def state(database: Database, check_in: CheckIn) -> str:
    [found] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    return found.state
