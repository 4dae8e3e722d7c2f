"""Lists of flags: the most pressing first, and only the clinic's own."""

from server.db import Database
from server.flags import lists
from tests.cast import Cast, acting
from tests.flags.scene import answers


async def test_the_most_pressing_flag_comes_first(database: Database, cast: Cast) -> None:
    await answers(database, cast.rosa, {"speech": "hard", "pain": 7, "fall": True})
    async with database.reading() as db:
        assert [flag.severity for flag in await lists.open_flags(db, acting(cast.ken))] == [
            "urgent",
            "today",
            "this-week",
        ]
        of_rosa = await lists.of_patient(db, cast.rosa.id)
        assert [flag.severity for flag in of_rosa] == ["urgent", "today", "this-week"]
        assert await lists.open_flags(db, acting(cast.tom)) == []
