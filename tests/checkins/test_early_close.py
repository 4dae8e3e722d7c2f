"""The server's clock ran ahead and closed a check-in early. The repair undoes only that (case 134)."""

import json

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.checkins.sending import PUBLIC, clock_goes_wrong_and_right, closes_flags, presses, sends
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.stories import rows


async def test_case_134_a_response_that_a_person_sent_stays_sent_after_the_repair(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    [before] = await rows(database, Response)
    await clock_goes_wrong_and_right(database, check_in)
    [after] = await rows(database, Response)
    assert history.answers_of(after) == history.answers_of(before)
    for column in ("undone_at", "client_id", "status", "respondent", "answered_at", "received_at"):
        assert getattr(after, column) == getattr(before, column), column
    assert (await luis.get(f"/check-ins/{check_in.id}/sent")).status_code == 200
    assert "check-in is ready" not in words(await luis.get("/"))
    mood = await rosa.submit(f"/check-ins/{check_in.id}/who", {"who": "self"})
    assert "9 of 9 How has your mood been?" in words(mood)


async def test_case_134_the_patients_unsent_answers_leave_the_response_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    await presses(rosa, check_in, {"mood": "hard"}, "self")
    await clock_goes_wrong_and_right(database, check_in)
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.respondent, response.undone_at) == (PUBLIC, "hands", None)
    await presses(rosa, check_in, {"mood": "little"}, "self")
    await sends(rosa, check_in, "self")
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | {"mood": "little"}
    assert await rows(database, ConflictingVersion) == []


async def test_case_134_a_response_that_the_early_close_sent_is_taken_back(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await presses(rosa, check_in, {"breathing": "very-hard"}, "self")
    await closes_flags(database, cast)
    await clock_goes_wrong_and_right(database, check_in)
    [response] = await rows(database, Response)
    assert response.undone_at is not None
    assert [json.loads(draft.value) for draft in await rows(database, Draft)] == ["very-hard"]
    assert len(await rows(database, Flag)) == 1  # staff have dealt with it
