"""Answers are checked against the questionnaire version in which they were given (case 50)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.models import Questionnaire
from server.responses import history
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.responses.delivering import deliver, only_response
from tests.stories import STEADY, entry, sealed


async def test_case_50_an_entry_is_accepted_in_the_version_that_the_phone_showed(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    old, new = await given_a_new_version(database, cast, check_in)
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, entry(STEADY) | {"questionnaire": old})).status_code == 200
    response = await only_response(database)
    assert (response.questionnaire_id, history.answers_of(response)) == (old, STEADY)
    assert old != new
    text = words(await (await signed_in(cast.ken)).get(f"/staff/responses/{response.id}"))
    assert "How is speaking?" in text
    assert "Anything about your voice?" not in text


async def test_case_50_so_are_single_answers(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    old, _ = await given_a_new_version(database, cast, check_in)
    rosa = await signed_in(cast.rosa)
    body = sealed("b" * 20, entry({"breathing": "little"}) | {"questionnaire": old})
    assert (await rosa.post_json(f"/check-ins/{check_in.id}/answers", body)).status_code == 200


@pytest.mark.parametrize("answer", ["nothing", "x" * 400, 7, None, {"id": 1}])
async def test_case_50_for_an_unknown_version_the_check_ins_own_is_used(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, answer: object
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, entry(STEADY) | {"questionnaire": answer})).status_code == 200
    assert (await only_response(database)).questionnaire_id == check_in.questionnaire_id


async def test_case_50_a_version_of_another_questionnaire_is_ignored(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.reading() as db:
        daily = await questionnaires.newest(db, cast.harbor.id, "daily-three")
    assert daily is not None
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, entry(STEADY) | {"questionnaire": daily.id})).status_code == 200
    assert (await only_response(database)).questionnaire_id == check_in.questionnaire_id


async def given_a_new_version(database: Database, cast: Cast, check_in: CheckIn) -> tuple[str, str]:
    """The check-in has one question less now. Returns the ids of its earlier version and of the new one."""
    async with database.writing() as db:
        stored = await db.get_one(CheckIn, check_in.id)
        old = await db.get_one(Questionnaire, stored.questionnaire_id)
        item = {"linkId": "speech", "text": "Anything about your voice?", "type": "boolean"}
        new = await questionnaires.publish(work_by(db, cast.ruth), old.resource | {"version": "2", "item": [item]})
        stored.questionnaire_id = new.id
        return old.id, new.id
