"""Who answers a check-in, whatever the address or form claims (cases 61, 76)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.respondents import Respondent
from server.responses.questions.answering import Caller
from tests.cast import Cast, work_by
from tests.responses.delivering import check_in as check_in
from tests.responses.delivering import rosa_answering


@pytest.mark.parametrize(
    ("claimed", "by_rosa", "by_luis"),
    [
        ("self", Respondent.SELF, Respondent.CAREGIVER),
        ("hands", Respondent.HANDS, Respondent.HANDS),
        ("", Respondent.SELF, Respondent.CAREGIVER),
    ],
)
async def test_case_76_a_caregivers_sign_in_never_becomes_the_patient(
    database: Database, cast: Cast, check_in: CheckIn, claimed: str, by_rosa: Respondent, by_luis: Respondent
) -> None:
    async with database.reading() as db:
        for person, expected in ((cast.rosa, by_rosa), (cast.luis, by_luis)):
            answering = await Caller(work_by(db, person), check_in.id, claimed).at_check_in()
            assert answering is not None
            assert (answering.respondent, answering.path) == (expected, f"/check-ins/{check_in.id}")


async def test_case_61_another_persons_check_in_is_not_found(database: Database, cast: Cast, check_in: CheckIn) -> None:
    async with database.reading() as db:
        for person in (cast.walter, cast.helen):
            assert await Caller(work_by(db, person), check_in.id).at_check_in() is None
            assert await Caller(work_by(db, person), check_in.id).locked() is None


async def test_case_76_a_respondent_sees_only_the_drafts_that_they_may_see(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        answering = await rosa_answering(db, cast, check_in)
        assert await answering.is_open()
        assert await answering.kept() == {"pain": 2, "mood": "hard"}
        assert await answering.by(Respondent.HANDS).kept() == {"pain": 2}
        assert await answering.by(Respondent.CAREGIVER).kept() == {}
