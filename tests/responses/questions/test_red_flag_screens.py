"""The page contains the screen of an urgent answer before the answer is given (case 71)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags import expected_levels
from server.flags.expected_levels import Item, Wanted
from server.questionnaires import flow as questionnaires
from server.responses.questions import red_flag_screens
from tests.cast import Cast, work_by
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


async def test_case_141_a_phone_knows_after_which_answers_to_ask_how_urgent_it_is(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        found = await red_flag_screens.needing_staff(work_by(db, cast.rosa), check_in, definition)
        assert found["breathing"] == ["hard", "very-hard"]
        assert found["fall"] == ["yes"]
        await expected_levels.expect(
            work_by(db, cast.ken), cast.rosa.id, Item("weekly-als", "swallowing"), Wanted(4, 21, "")
        )
        expected = await red_flag_screens.needing_staff(work_by(db, cast.rosa), check_in, definition)
        assert "swallowing" in found
        assert "swallowing" not in expected
