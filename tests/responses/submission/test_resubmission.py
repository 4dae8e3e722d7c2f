"""A check-in is sent again: with the same answers, with other answers, or twice at once (cases 39 to 41)."""

import asyncio

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.models import ConflictingVersion
from server.responses.submission import resubmission
from server.responses.submission.submission import Submission
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.responses.delivering import WORSE, deliver, only_response
from tests.responses.delivering import check_in as check_in
from tests.stories import STEADY, entry, rows


async def test_case_39_a_replay_gets_the_same_receipt(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    first = await deliver(rosa, check_in, entry(WORSE))
    again = await deliver(rosa, check_in, entry(WORSE))
    assert first.json()["client_id"] == again.json()["client_id"] == check_in.client_id
    assert first.json()["response"] == again.json()["response"] == (await only_response(database)).id
    assert (first.json()["again"], again.json()["again"]) == (False, True)
    assert len(await rows(database, Flag)) == 1
    assert await rows(database, ConflictingVersion) == []


async def test_case_40_sending_other_answers_is_a_conflict_and_both_are_kept(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await deliver(rosa, check_in, entry(STEADY))
    refused = await deliver(rosa, check_in, entry(WORSE))
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert "Both are kept" in refused.json()["title"]
    response = await only_response(database)
    [aside] = await rows(database, ConflictingVersion)
    assert history.answers_of(response) == STEADY
    assert aside.response_id == response.id
    assert b"very-hard" not in aside.answers_sealed
    page = words(await maria.get(f"/staff/responses/{response.id}"))
    assert "Other versions" in page
    assert "1 other version was kept" in page
    assert [f"{flag.severity} {flag.item}" for flag in await rows(database, Flag)] == ["today speech"]


async def test_case_40_sending_them_again_adds_no_second_version(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await deliver(rosa, check_in, entry(STEADY))
    for _ in range(3):
        assert (await deliver(rosa, check_in, entry(WORSE))).status_code == 409
    assert len(await rows(database, ConflictingVersion)) == 1


async def test_case_41_page_and_service_worker_sending_at_once_make_one_row(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, tab = await signed_in(cast.rosa), await signed_in(cast.rosa)
    answers = await asyncio.gather(*(deliver(device, check_in, entry(WORSE)) for device in (rosa, tab, rosa, tab)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json()["response"] for answer in answers} == {(await only_response(database)).id}
    assert len(await rows(database, Flag)) == 1


async def test_a_client_id_of_another_check_in_has_no_receipt(database: Database, check_in: CheckIn) -> None:
    async with database.reading() as db:
        with pytest.raises(ValueError, match="another check-in's"):
            await resubmission.undone_receipt(db, check_in, Submission("made-up", {}, Respondent.SELF, NOW))
