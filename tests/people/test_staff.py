"""A clinic finds only its own staff members (case 61)."""

from server.db import Database
from server.people import staff
from server.people.models import Staff
from tests.cast import NOW, Cast, acting


async def test_the_team_lists_current_staff_by_name(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    async with database.reading() as db:
        assert [member.name for member in await staff.team(db, acting(cast.maria))] == [
            "Maria Alvarez",
            "Ruth Lindqvist",
        ]
        assert [member.name for member in await staff.team(db, acting(cast.tom))] == ["Tom Begay"]


async def test_case_61_a_staff_member_of_another_clinic_is_not_found(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        assert await staff.find_staff(db, acting(cast.maria), cast.tom.id) is None
        assert await staff.find_staff(db, acting(cast.maria), cast.ken.id) is not None
