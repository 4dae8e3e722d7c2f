"""Which rules and drafts of a check-in a device keeps (case 123)."""

from datetime import timedelta

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from server.responses.drafts import Statement
from server.responses.offline import bundle
from tests.cast import NOW, Cast, acting, work_by
from tests.questionnaires.made_up import library
from tests.responses.caregivers import second_caregiver
from tests.responses.delivering import check_in as check_in


def test_each_question_has_its_conditions_and_the_level_of_each_button() -> None:
    rules = {rule["id"]: rule for rule in bundle.rules_of(library("weekly-als"))}
    assert rules["pain"]["levels"] == {str(level): level for level in range(11)}
    assert rules["fall"]["levels"] == {"yes": 1, "no": 0}
    assert rules["pain"]["whens"] == []
    assert rules["choking"]["whens"] != []
    assert [name for name, rule in rules.items() if rule["private"]] == ["mood"]


async def test_cases_76_and_123_a_bundle_has_no_draft_that_its_device_may_not_show(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    carmen = await second_caregiver(database, cast)
    async with database.writing() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        patients = Statement(Respondent.SELF, {"pain": 3, "mood": "hard"})
        await drafts.keep(work_by(db, cast.rosa), check_in, definition, patients)
        of_luis = Statement(Respondent.CAREGIVER, {"pain": None}, NOW - timedelta(seconds=1), caregiver_id=cast.luis.id)
        await drafts.keep(work_by(db, cast.luis), check_in, definition, of_luis)
    async with database.reading() as db:
        own = await bundle.kept(db, acting(cast.rosa), check_in, definition)
        other = await bundle.kept(db, acting(cast.luis), check_in, definition)
        third = await bundle.kept(db, acting(carmen), check_in, definition)
    at = bundle.ms(NOW)
    assert own["patient"] == {
        "pain": {"is": "3", "at": at, "before": False},
        "mood": {"is": "hard", "at": at, "before": False},
    }
    assert other["patient"] == {"pain": {"is": "3", "at": at, "before": False}}
    assert other["helper"] == {"pain": {"is": None, "at": at - 1000, "before": False}}
    assert own["helper"] == third["helper"] == {}
    assert third["patient"] == other["patient"]
