"""Patients with unanswered check-ins, and all rows of a list as a browser reads it."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server.db import Database
from server.people import calls
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Patient
from server.people.rules import CallOutcome
from tests.browser_without_screen import Browser, markup
from tests.cast import NOW, Cast, work_by
from tests.stories import due_check_in

DAY = timedelta(days=1)
LATER = NOW + 6 * DAY


async def late_patient(db: AsyncSession, cast: Cast, number: int, due: datetime) -> Patient:
    patient = await people.register_patient(work_by(db, cast.maria, due), NewPatient(f"Patient {number}", "UTC"))
    await due_check_in(db, patient, now=due)
    return patient


async def log_a_call(database: Database, cast: Cast, patient_id: str, now: datetime) -> None:
    async with database.writing() as db:
        await calls.log_call(
            work_by(db, cast.maria, now), await db.get_one(Patient, patient_id), CallOutcome.REACHED, ""
        )


async def all_rows(browser: Browser, path: str, between: Callable[[], Awaitable[None]]) -> list[str]:
    """Follow "Show more" to the end. Returns the ids of all rows in the order in which they came."""
    found: list[str] = []
    while True:
        page = markup(await browser.get(path))
        found += re.findall(r'<li class="item[^"]*" id="([^"]+)" data-row', page)
        more = re.search(r'id="more" href="([^"]+)"', page)
        if more is None:
            return found
        path = more[1].replace("&amp;", "&")
        await between()
