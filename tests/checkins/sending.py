"""A due check-in that several people answer and send, and a server clock that runs ahead for a while."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires.answers import Value
from server.responses.submission import closing
from server.worker.clock_repair import check_ins as check_in_repair
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.stories import STEADY, entry, sealed

PUBLIC: dict[str, Any] = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}


async def presses(phone: Browser, check_in: CheckIn, answers: Mapping[str, Value], who: str) -> None:
    for link_id, value in answers.items():
        pressed = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        await phone.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": pressed, "who": who})


async def sends(phone: Browser, check_in: CheckIn, who: str) -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/send", {"who": who})


async def posts(phone: Browser, check_in: CheckIn, answers: Mapping[str, Value], who: str) -> tuple[int, Any]:
    body = sealed(check_in.client_id, entry(answers, who))
    sent = await phone.post_json(f"/check-ins/{check_in.id}/responses", body)
    return sent.status_code, sent.json()


async def closes_flags(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await db.execute(update(Flag).values(closed_at=NOW, outcome="called", owner_id=cast.maria.id))


FAR = timedelta(days=400)


async def clock_goes_wrong_and_right(database: Database, check_in: CheckIn) -> None:
    async with database.writing() as db:
        assert await closing.close_ended(db, NOW + FAR)
    async with database.writing() as db:
        assert await check_in_repair.reopen_all(db, NOW + timedelta(minutes=5))
