"""A caregiver sends a check-in without the mood, and the patient answers it later (case 123)."""

import json

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.flags.rules import Condition
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.versions import Rule
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.submission import closing
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.responses.questions.mood import ASK, PUBLIC, says, says_all, sends, state
from tests.stories import rows


async def test_case_123_the_mood_is_not_asked_and_does_not_count_as_skipped(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await trigger_versions.write(
            work_by(db, cast.ken), Rule("weekly-als", "mood", Condition.MISSING, times=1), None
        )
    luis = await signed_in(cast.luis)
    check = await says_all(luis, check_in)
    assert check.url.path == f"/check-ins/{check_in.id}/check"
    assert "This is for Rosa Delgado alone. It will wait for Rosa Delgado's phone. Mood Not answered" in words(check)
    assert ASK in words(check)
    await sends(luis, check_in)
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.status) == (PUBLIC, "in-progress")
    assert await rows(database, Flag) == []


async def test_case_123_the_patients_own_phone_asks_only_what_waits(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    assert "check-in is ready" not in words(await luis.get("/"))
    assert (await luis.get(f"/check-ins/{check_in.id}")).url.path == f"/check-ins/{check_in.id}/sent"
    assert (await luis.get("/held")).json()["due"] == 0
    assert "Your check-in is ready" in words(await rosa.get("/"))
    assert "Who is answering?" in words(await rosa.get(f"/check-ins/{check_in.id}"))
    mood = await rosa.submit(f"/check-ins/{check_in.id}/who", {"who": "self"})
    assert "9 of 9 How has your mood been?" in words(mood)
    await says(rosa, check_in, "mood", "little", "self")
    await sends(rosa, check_in, "self")
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | {"mood": "little"}
    assert (response.status, response.respondent) == ("completed", "self")
    assert (await state(database, check_in), await rows(database, Draft)) == ("done", [])
    assert "All done for now" in words(await rosa.get("/"))


async def test_case_123_a_different_answer_of_the_patient_is_kept_beside_the_caregivers(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    await says(rosa, check_in, "pain", "4", "self")
    await sends(rosa, check_in, "self")
    [response], [conflicting] = await rows(database, Response), await rows(database, ConflictingVersion)
    assert history.answers_of(response)["pain"] == 4
    assert (json.loads(conflicting.answers), conflicting.respondent) == ({"pain": 1}, "hands")
    assert await state(database, check_in) == "done"


@pytest.mark.parametrize("began", [False, True])
async def test_case_123_when_the_window_ends_the_answers_so_far_are_submitted(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, began: bool
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    if began:
        await says(rosa, check_in, "mood", "hard", "self")
    for _ in range(2):
        async with database.writing() as db:
            assert await closing.close_ended(db, check_in.closes_at) == (0 if _ else 1)
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | ({"mood": "hard"} if began else {})
    assert (await state(database, check_in), await rows(database, Draft)) == ("partial", [])
