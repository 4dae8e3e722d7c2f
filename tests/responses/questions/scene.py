"""Answers by the buttons of a check-in, and the drafts that result."""

from httpx import Response as Page

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Draft
from tests.browser_without_screen import Browser
from tests.stories import rows


async def answer(device: Browser, check_in: CheckIn, link_id: str, value: str, who: str = "self") -> Page:
    return await device.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": value, "who": who})


async def drafts(database: Database) -> dict[str, str]:
    return {draft.link_id: draft.value for draft in await rows(database, Draft)}
