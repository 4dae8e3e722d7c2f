"""Staff enter a patient's answers by phone: the patient's own words, with who entered them and when (case 61)."""

from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Database
from server.flags.models import Flag
from server.questionnaires import flow as questionnaires
from server.responses import by_phone
from server.responses.models import Response
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.stories import audited, due_check_in, rows

ANSWERS = {"breathing": "little", "swallowing": "none", "speech": "none", "fall": "no", "pain": "0", "mood": "hard"}


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


def path(check_in: CheckIn) -> str:
    return f"/staff/check-ins/{check_in.id}/by-phone"


async def only_response(database: Database) -> Response:
    [response] = await rows(database, Response)
    return response


async def test_answers_entered_by_phone_are_the_patients_response(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    page = await maria.submit(path(check_in), ANSWERS)
    response = await only_response(database)
    assert page.url.path == f"/staff/responses/{response.id}"
    assert (response.respondent, response.entered_by, response.device_id) == ("self", cast.maria.id, None)
    assert '"strength"' in response.answers  # a question left open is skipped
    text = words(page)
    assert "The patient's answers, entered by phone by Maria Alvarez" in text
    assert "by phone, Mon, Nov 16" in text
    assert "How has your mood been? Low" in text
    assert "response.by-phone" in await audited(database, response.id)
    [stored] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert stored.state == "done"


async def test_triggers_run_on_entered_answers_and_an_urgent_flag_tells_staff_what_to_say(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    page = await (await signed_in(cast.maria)).submit(path(check_in), ANSWERS | {"fall": "yes", "speech": "hard"})
    assert {(flag.item, flag.severity) for flag in await rows(database, Flag)} >= {
        ("fall", "urgent"),
        ("speech", "today"),
    }
    assert "Urgent: tell the patient now, on the phone" in words(page)
    assert "911" in words(page)


async def test_a_missed_check_in_can_be_entered_for_a_limited_time(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    async with database.writing() as db:
        (await db.get_one(CheckIn, check_in.id)).state = CheckInState.MISSED
    clock.move(days=4)
    maria = await signed_in(cast.maria)
    assert f'href="{path(check_in)}"' in (await maria.get("/staff?show=late")).text
    assert (await maria.submit(path(check_in), ANSWERS)).status_code == 200
    assert (await only_response(database)).received_at == clock()
    assert (await maria.get(path(check_in))).status_code == 410
    twice = await maria.submit(path(check_in), ANSWERS)
    assert twice.url.path == f"/staff/responses/{(await only_response(database)).id}"


async def test_a_check_in_that_is_not_due_or_long_over_cannot_be_entered(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    clock.now = NOW.replace(day=15)
    maria = await signed_in(cast.maria)
    assert (await maria.get(path(check_in))).status_code == 410
    clock.move(days=40)
    maria = await signed_in(cast.maria)
    assert (await maria.submit(path(check_in), ANSWERS)).status_code == 410
    assert await rows(database, Response) == []


async def test_an_empty_form_makes_no_response(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    assert "Save without answers?" in words(await maria.submit(path(check_in), {}))
    assert (await maria.submit(path(check_in), {"pain": "eleven"})).status_code == 422
    assert await rows(database, Response) == []


async def test_drafts_of_the_patient_are_not_asked_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await rosa.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "some", "who": "self"})
    page = await maria.get(path(check_in))
    assert page.text.count(" checked") == 1
    assert 'value="some" checked' in page.text


async def test_an_answer_that_the_others_rule_out_is_named(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        assert [one.id for one in await by_phone.enterable(db, cast.rosa.id, NOW)] == [check_in.id]
        assert await by_phone.enterable(db, cast.rosa.id, NOW - timedelta(minutes=1)) == []
    strays = by_phone.unasked(definition, {"swallowing": "none", "choking": True})
    assert [question.link_id for question in strays] == ["choking"]
    assert by_phone.unasked(definition, {"swallowing": "little", "choking": True}) == []
