"""Differing answers to one check-in are kept as one version for each respondent (case 76)."""

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Author, Respondent, Source
from server.responses import drafts
from server.responses.drafts import Statement
from server.responses.models import ConflictingVersion, Draft
from server.responses.submission import conflicts, submission, submit
from tests.cast import NOW, Cast, work_by
from tests.checkins.scene import due, keep
from tests.stories import STEADY, answered, due_check_in, rows


async def test_case_76_a_caregivers_view_overwrites_no_answer_of_the_patient(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, pain=8)
    await keep(database, cast, check_in, Respondent.CAREGIVER, pain=2)
    async with database.writing() as db:
        assert await drafts.kept(db, check_in, Author(Source.PATIENT)) == {"pain": 8}
        assert await drafts.kept(db, check_in, Author(Source.CAREGIVER)) == {"pain": 2}
        stored = await db.get_one(CheckIn, check_in.id)
        sent = submission.Submission(check_in.client_id, {"pain": 8}, Respondent.SELF, NOW)
        await submit.submit(work_by(db, cast.rosa), stored, sent)
    [aside] = await rows(database, ConflictingVersion)
    assert (aside.respondent, aside.answers) == ("helper", '{"pain": 2}')
    assert await rows(database, Draft) == []


async def test_late_answers_are_kept_once_and_only_where_they_differ(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in, work = await due_check_in(db, cast.rosa), work_by(db, cast.luis)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        late = Statement(Respondent.CAREGIVER, {"pain": 1, "breathing": "little"})
        await conflicts.keep_late(work, check_in, definition, late)  # nothing was sent yet
        await answered(db, cast.rosa, check_in, STEADY)
        for _ in range(2):
            await conflicts.keep_late(work, check_in, definition, late)
    [version] = await rows(database, ConflictingVersion)
    assert version.answers == '{"breathing": "little"}'


async def test_case_89_an_answer_of_ones_other_phone_is_kept_beside_what_an_older_page_sends(
    database: Database, cast: Cast
) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, pain=2, breathing="little")  # a phone shows these, ready to be sent
    await keep(database, cast, check_in, pain=6)  # pressed on the tablet
    async with database.writing() as db:
        stored = await db.get_one(CheckIn, check_in.id)
        shown = {"pain": 2, "breathing": "little"}
        sent = submission.Submission(check_in.client_id, shown, Respondent.SELF, NOW)
        await submit.submit(work_by(db, cast.rosa), stored, sent)
    [conflicting] = await rows(database, ConflictingVersion)
    assert (conflicting.respondent, conflicting.answers) == ("self", '{"pain": 6}')
