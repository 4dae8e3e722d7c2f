"""Rosa's second caregiver."""

from server.db import Database
from server.people import flow as people
from server.people.models import Caregiver
from tests.cast import Cast, work_by


async def second_caregiver(database: Database, cast: Cast) -> Caregiver:
    async with database.writing() as db:
        return await people.add_caregiver(work_by(db, cast.maria), cast.rosa, "Carmen Ruiz", "daughter")
