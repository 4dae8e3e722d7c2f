"""A patient's answers over time: four profiles of function, and never one sum."""

from server.db import Database
from server.desk import trends
from server.questionnaires import flow as questionnaires
from server.responses import history
from tests.browser_without_screen import words
from tests.cast import Cast, acting
from tests.conftest import Enter, StillClock
from tests.desk.scene import SQLITE, function_check_in


@SQLITE
async def test_function_is_shown_as_four_profiles_and_never_as_one_sum(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    for level in (0, 1):
        await function_check_in(database, cast, clock, level)
        clock.move(days=30)
    page = await (await signed_in(cast.ken)).get(f"/staff/patients/{cast.rosa.id}")
    page_text = words(page)
    for profile in ("Bulbar", "Fine motor", "Gross motor", "Respiratory"):
        assert f"{profile} 3 of 12 Table" in page_text
    assert " of 48" not in page_text
    charts, tables = page.text.count("<polyline"), page.text.count("<summary>Table")
    assert charts == tables == 16


@SQLITE
async def test_a_section_has_the_newest_answer_first(cast: Cast, database: Database, clock: StillClock) -> None:
    for level in (0, 1):
        await function_check_in(database, cast, clock, level)
        clock.move(days=30)
    async with database.reading() as db:
        definitions = (await questionnaires.offered(db, acting(cast.ken))).values()
        answers = await history.of_patient(db, cast.rosa.id)
        assert trends.sections(definitions, [], []) == []
        [section] = trends.sections(definitions, answers, [])
    assert section.definition.slug == "function"
    assert len(section.profiles) == 4
    for trend in section.profiles:
        moments = [at for at, _ in trend.levels_in_words]
        assert moments == sorted(moments, reverse=True)
