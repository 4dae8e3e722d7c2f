"""Staff set and end expected levels with buttons."""

import re

from server.db import Database
from server.flags.models import ExpectedLevel
from tests.browser_without_screen import words
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


async def test_case_89_an_older_page_does_not_end_a_level_that_a_colleague_has_set_since(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    path = f"/staff/patients/{cast.rosa.id}"
    at = f"{path}/expected/weekly-als/speech"
    await maria.submit(at, {"level": "2", "days": "30"})
    form = (await maria.get(path)).text.partition(f'action="{at}/end"')[2].partition("</form>")[0]
    shown = re.search(r'name="shown" value="(\w+)"', form)
    assert shown is not None
    await ken.submit(at, {"level": "3", "days": "10"})
    late = await maria.submit(f"{at}/end", {"shown": shown[1]})
    assert "changed since you opened it. Nothing was saved" in words(late)
    assert [level.level for level in await rows(database, ExpectedLevel) if level.ended_at is None] == [3]
