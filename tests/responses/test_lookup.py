"""Which check-ins a person may see and answer (cases 18, 61, 123)."""

import asyncio
from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.desk.end_of_care import flow as end_of_care
from server.people.models import Caregiver, Patient, Staff
from server.people.rules import PauseReason
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import lookup
from server.responses.submission import submit
from server.responses.submission.submission import Submission
from tests.cast import NOW, Cast, acting, weekly, work_by
from tests.checkins.scene import DAILY, plan
from tests.responses.delivering import check_in as check_in
from tests.stories import STEADY, due_check_in, rows

PUBLIC = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}


async def finds(database: Database, person: Patient | Caregiver | Staff, check_in: CheckIn) -> bool:
    async with database.reading() as db:
        return await lookup.find(db, acting(person), check_in.id) is not None


async def test_case_61_the_patient_the_caregivers_and_the_clinic_find_a_check_in(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    for person in (cast.rosa, cast.luis, cast.maria):
        assert await finds(database, person, check_in)
    for person in (cast.walter, cast.helen, cast.tom):
        assert not await finds(database, person, check_in)


async def may(database: Database, person: Patient | Caregiver, check_in: CheckIn, hours: float = 0) -> bool:
    async with database.reading() as db:
        again = await db.get_one(CheckIn, check_in.id)
        return await lookup.may_answer(work_by(db, person, NOW + timedelta(hours=hours)), again)


@pytest.mark.parametrize(("hours", "open_then"), [(-0.1, False), (0, True), (71.9, True), (72, False)])
async def test_case_18_a_check_in_can_be_answered_while_it_is_open(
    database: Database, cast: Cast, check_in: CheckIn, hours: float, open_then: bool
) -> None:
    assert await may(database, cast.rosa, check_in, hours) == open_then
    assert await may(database, cast.luis, check_in, hours) == open_then


async def test_case_123_once_others_have_sent_a_check_in_only_the_patient_may_answer_the_rest(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    """Luis has tapped Rosa's answers, and her mood waits."""
    async with database.writing() as db:
        submission = Submission(check_in.client_id, PUBLIC, Respondent.HANDS, NOW)
        await submit.submit(work_by(db, cast.luis), await db.get_one(CheckIn, check_in.id), submission)
    assert await may(database, cast.rosa, check_in)
    assert not await may(database, cast.luis, check_in)
    async with database.reading() as db:
        assert [one.id for one in await lookup.open_now(work_by(db, cast.rosa))] == [check_in.id]
        assert await lookup.open_now(work_by(db, cast.luis)) == []


async def test_the_check_in_that_closes_first_comes_first(database: Database, cast: Cast, check_in: CheckIn) -> None:
    later = NOW + timedelta(hours=1)
    async with database.writing() as db:
        second = await due_check_in(db, cast.rosa, "day-after", later)
        await due_check_in(db, cast.walter)
    async with database.reading() as db:
        found = await lookup.open_now(work_by(db, cast.rosa, later))
    assert [one.id for one in found] == [check_in.id, second.id]


async def test_open_check_ins_are_listed_by_their_deadline(database: Database, cast: Cast) -> None:
    await plan(database, cast.rosa, "weekly-als", weekly())
    await plan(database, cast.rosa, "daily-three", DAILY)
    async with database.reading() as db:
        found = await lookup.open_now(work_by(db, cast.rosa))
        definitions = [await questionnaires.definition_of(db, check_in.questionnaire_id) for check_in in found]
        assert [definition.slug for definition in definitions] == ["daily-three", "weekly-als"]
        assert await lookup.open_now(work_by(db, cast.walter)) == []
        assert len(await lookup.open_now(work_by(db, cast.rosa, NOW - timedelta(minutes=1)))) == 0


async def test_case_117_a_check_in_is_sent_while_a_death_is_recorded(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    """Both lock the patient first, so that neither waits for what the other holds."""
    locked = asyncio.Event()

    async def send() -> None:
        async with database.writing() as db:
            theirs = await lookup.lock(db, acting(cast.rosa), check_in.id)
            assert theirs is not None
            locked.set()
            await asyncio.sleep(0.5)
            await submit.submit(
                work_by(db, cast.rosa), theirs, Submission(theirs.client_id, STEADY, Respondent.SELF, NOW)
            )

    async def end() -> None:
        await locked.wait()
        async with database.writing() as db:
            rosa = await db.get_one(Patient, cast.rosa.id)
            await end_of_care.end(work_by(db, cast.maria), rosa, PauseReason.DEATH)

    await asyncio.gather(send(), end())
    [row] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert row.state == "done"
