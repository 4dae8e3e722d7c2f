"""Drafts: the patient's words are apart from a caregiver's view, and the last respondent is known (cases 76, 123)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.people.models import Caregiver, Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.respondents import Author, Respondent, Source, author_of
from server.responses import drafts
from server.responses.drafts import Statement
from server.responses.models import Draft
from tests.cast import NOW, Cast, acting, work_by
from tests.responses.caregivers import second_caregiver
from tests.responses.delivering import check_in as check_in
from tests.stories import STEADY, answered, rows

MINUTE = timedelta(minutes=1)


async def keep(
    database: Database,
    check_in: CheckIn,
    by: Patient | Caregiver,
    respondent: Respondent,
    answers: dict[str, Value],
    minutes: int = 0,
) -> list[str]:
    """Keeps these answers. Returns the items of the flags that they raise at once."""
    async with database.writing() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        work = work_by(db, by, NOW + minutes * MINUTE)
        statement = Statement(respondent, answers, caregiver_id=work.actor.caregiver_id)
        return [one.item for one in await drafts.keep(work, check_in, definition, statement)]


async def kept(
    database: Database, check_in: CheckIn, respondent: Respondent, by: Caregiver | None = None
) -> dict[str, Value]:
    async with database.reading() as db:
        return await drafts.kept(db, check_in, author_of(respondent, by.id if by else None))


async def test_case_76_a_caregivers_view_is_kept_beside_the_patients_words(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    await keep(database, check_in, cast.rosa, Respondent.SELF, {"pain": 2, "fall": False})
    await keep(database, check_in, cast.luis, Respondent.CAREGIVER, {"pain": 8})
    await keep(database, check_in, cast.luis, Respondent.HANDS, {"fall": None})
    assert await kept(database, check_in, Respondent.SELF) == {"pain": 2, "fall": None}
    assert await kept(database, check_in, Respondent.HANDS) == {"pain": 2, "fall": None}
    assert await kept(database, check_in, Respondent.CAREGIVER, cast.luis) == {"pain": 8}


async def test_case_76_each_caregiver_has_a_view_of_their_own(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    """The patient's words stay one draft, whichever of them lends hands; a view on the patient's phone is unnamed."""
    carmen = await second_caregiver(database, cast)
    await keep(database, check_in, cast.luis, Respondent.CAREGIVER, {"pain": 8, "speech": "hard"})
    await keep(database, check_in, carmen, Respondent.CAREGIVER, {"pain": 3})
    await keep(database, check_in, cast.rosa, Respondent.CAREGIVER, {"pain": 5})
    await keep(database, check_in, cast.luis, Respondent.HANDS, {"pain": 1})
    await keep(database, check_in, carmen, Respondent.HANDS, {"pain": 2})
    assert await kept(database, check_in, Respondent.CAREGIVER, cast.luis) == {"pain": 8, "speech": "hard"}
    assert await kept(database, check_in, Respondent.CAREGIVER, carmen) == {"pain": 3}
    assert await kept(database, check_in, Respondent.CAREGIVER) == {"pain": 5}
    assert await kept(database, check_in, Respondent.SELF) == {"pain": 2}


async def test_case_76_what_another_caregiver_began_changes_nothing_for_this_one(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    carmen = await second_caregiver(database, cast)
    await keep(database, check_in, carmen, Respondent.CAREGIVER, {"pain": 3})
    assert await resumes(database, check_in, cast.luis) is None


@pytest.mark.parametrize("has_a_name", [True, False])
async def test_case_76_the_database_refuses_a_second_draft_of_one_answer(
    database: Database, cast: Cast, check_in: CheckIn, has_a_name: bool
) -> None:
    def draft() -> Draft:
        return Draft(
            clinic_id=check_in.clinic_id,
            check_in_id=check_in.id,
            source=Source.CAREGIVER,
            caregiver_id=cast.luis.id if has_a_name else None,
            link_id="pain",
            value="2",
            respondent=Respondent.CAREGIVER,
            answered_at=NOW,
        )

    with pytest.raises(IntegrityError):
        async with database.writing() as db:
            db.add_all([draft(), draft()])


async def test_an_urgent_answer_reaches_staff_before_the_check_in_is_sent(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    assert await keep(database, check_in, cast.rosa, Respondent.SELF, {"speech": "very-hard"}) == []
    assert await keep(database, check_in, cast.rosa, Respondent.SELF, {"fall": True}) == ["fall"]
    [flag] = await rows(database, Flag)
    assert (flag.item, flag.severity, flag.response_id) == ("fall", "urgent", None)


async def test_case_123_private_drafts_are_hidden_in_other_hands(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    await keep(database, check_in, cast.rosa, Respondent.SELF, {"pain": 2, "mood": "hard"})
    async with database.reading() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        assert await drafts.shown_to(db, check_in, definition, Respondent.SELF, None) == {"pain": 2, "mood": "hard"}
        assert await drafts.shown_to(db, check_in, definition, Respondent.HANDS, None) == {"pain": 2}
        assert await drafts.private(db, check_in, definition) == {"mood": "hard"}


async def resumes(database: Database, check_in: CheckIn, person: Patient | Caregiver) -> Respondent | None:
    async with database.reading() as db:
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        return await drafts.respondent_to_resume(db, acting(person), check_in, definition)


async def test_case_123_after_other_hands_the_patients_phone_asks_who_holds_it(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    assert await resumes(database, check_in, cast.rosa) == Respondent.SELF
    await keep(database, check_in, cast.rosa, Respondent.HANDS, {"pain": 2})
    assert await resumes(database, check_in, cast.rosa) is None
    await keep(database, check_in, cast.rosa, Respondent.SELF, {"fall": False}, minutes=1)
    assert await resumes(database, check_in, cast.rosa) == Respondent.SELF


async def test_case_76_a_caregivers_phone_continues_as_its_last_respondent_and_otherwise_asks(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    assert await resumes(database, check_in, cast.luis) is None
    await keep(database, check_in, cast.luis, Respondent.CAREGIVER, {"pain": 4})
    assert await resumes(database, check_in, cast.luis) == Respondent.CAREGIVER
    await keep(database, check_in, cast.luis, Respondent.HANDS, {"pain": 2}, minutes=1)
    assert await resumes(database, check_in, cast.luis) is None


@pytest.mark.parametrize("mood", [None, "hard"])
async def test_case_123_whether_the_patient_answered_the_mood_changes_nothing_for_a_caregiver(
    database: Database, cast: Cast, check_in: CheckIn, mood: str | None
) -> None:
    await keep(database, check_in, cast.luis, Respondent.HANDS, {"pain": 2})
    if mood:
        await keep(database, check_in, cast.rosa, Respondent.SELF, {"mood": mood}, minutes=1)
    assert await resumes(database, check_in, cast.luis) == Respondent.HANDS


async def last(database: Database, patient: Patient) -> Respondent:
    async with database.reading() as db:
        return await drafts.last_respondent(db, patient.id)


async def test_case_123_drafts_and_responses_together_tell_the_last_respondent(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    assert await last(database, cast.rosa) == Respondent.SELF
    await keep(database, check_in, cast.rosa, Respondent.HANDS, {"pain": 2}, minutes=1)
    assert await last(database, cast.rosa) == Respondent.HANDS
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY, NOW + 2 * MINUTE)
    assert await last(database, cast.rosa) == Respondent.SELF
    assert await last(database, cast.walter) == Respondent.SELF


async def test_each_author_has_the_latest_respondent(database: Database, cast: Cast, check_in: CheckIn) -> None:
    await keep(database, check_in, cast.rosa, Respondent.SELF, {"pain": 2})
    await keep(database, check_in, cast.luis, Respondent.HANDS, {"fall": False}, minutes=1)
    await keep(database, check_in, cast.luis, Respondent.CAREGIVER, {"pain": 4}, minutes=2)
    async with database.reading() as db:
        found = await drafts.authors(db, check_in)
    assert found == {
        Author(Source.PATIENT): Respondent.HANDS,
        Author(Source.CAREGIVER, cast.luis.id): Respondent.CAREGIVER,
    }
