"""The page contains the screen of an urgent answer before the answer is given (case 71)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import due_check_in


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def test_case_71_each_urgent_answer_has_its_screen_and_no_other_does(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    breathing = (await rosa.get(f"/check-ins/{check_in.id}/q/breathing")).text
    assert breathing.count("data-red=") == 1
    assert 'value="very-hard" data-red="breathing"' in breathing
    screen = breathing.partition('<template id="red-breathing">')[2].partition("</template>")[0]
    assert 'href="tel:911"' in screen
    assert 'href="tel:+12125550140"' in screen
    assert "The clinic has not received this answer yet." in screen
    fall = (await rosa.get(f"/check-ins/{check_in.id}/q/fall")).text
    assert 'value="yes" data-red="fall"' in fall
    assert "<template" not in (await rosa.get(f"/check-ins/{check_in.id}/q/pain")).text
