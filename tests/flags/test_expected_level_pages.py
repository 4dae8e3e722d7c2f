"""Staff set and end expected levels with buttons."""

from server.db import Database
from server.flags.models import ExpectedLevel
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import rows


async def test_staff_set_and_end_an_expected_level_without_a_flag(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/expected"
    await maria.submit(f"{at}/weekly-als/speech", {"level": "2", "days": "30", "note": ""})
    [stored] = await rows(database, ExpectedLevel)
    assert (stored.item, stored.level, stored.set_by, stored.note) == ("speech", 2, cast.maria.id, None)
    for wrong in ("weekly-als/none", "none/speech"):
        assert (await maria.submit(f"{at}/{wrong}", {"level": "2", "days": "30"})).status_code == 422
    await maria.submit(f"{at}/weekly-als/speech/end")
    [stored] = await rows(database, ExpectedLevel)
    assert stored.ended_by == cast.maria.id
