"""A caregiver's phone cannot find out the patient's mood by sending a check-in (case 123)."""

import json

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires.answers import Value
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.checkins.sending import PUBLIC, posts, presses
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.stories import rows


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the tests below run on both
@pytest.mark.parametrize("finished_by", ["self", "hands", "nobody"])
@pytest.mark.parametrize("who", ["hands", "helper"])
@pytest.mark.parametrize("public", ["same", "other", "more", "less"])
async def test_case_123_no_attempt_to_send_reveals_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, finished_by: str, who: str, public: str
) -> None:
    """Whatever the patient answered, each guess of the mood, and none, gets the same reply on a caregiver's phone."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    sent = {link_id: value for link_id, value in PUBLIC.items() if link_id != "cramps" or public != "more"}
    if finished_by == "self":
        await posts(rosa, check_in, sent | {"mood": "very-hard"}, "self")
    else:
        await posts(luis, check_in, sent | ({"mood": "very-hard"} if finished_by == "hands" else {}), "hands")
    changed = {"same": sent, "other": sent | {"pain": 7}, "more": PUBLIC, "less": {"pain": 1}}[public]
    guesses: list[dict[str, Value]] = [{}]
    if who == "hands":
        guesses += [{"mood": guess} for guess in ("none", "little", "some", "hard", "very-hard", None)]
    receipts = []
    for guess in guesses:
        status, answer = await posts(luis, check_in, changed | guess, who)
        receipts.append((status, answer.get("again"), answer.get("flagged")))
    first, *others = receipts
    if public == "more" and first == (200, False, False):
        others = [(status, False, flagged) for status, _, flagged in others]  # the first of them completed the check-in
    assert set(others) <= {first}
    [response] = await rows(database, Response)
    assert history.answers_of(response).get("mood") == (
        "very-hard" if finished_by != "nobody" else "none" if who == "hands" and public in ("same", "more") else None
    )


async def test_case_123_a_private_answer_sent_later_is_kept_for_staff(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await posts(rosa, check_in, PUBLIC | {"mood": "none"}, "self")
    assert (await posts(luis, check_in, PUBLIC | {"mood": "hard"}, "hands"))[1]["again"] is True
    [conflicting] = await rows(database, ConflictingVersion)
    assert (json.loads(conflicting.answers), conflicting.respondent) == ({"mood": "hard"}, "hands")


async def test_case_123_a_replay_does_not_send_the_patients_draft(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await posts(luis, check_in, PUBLIC, "hands")
    await presses(rosa, check_in, {"mood": "hard"}, "self")
    assert (await posts(luis, check_in, PUBLIC, "hands"))[1]["again"] is True
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.status) == (PUBLIC, "in-progress")
    assert '"hard"' in [draft.value for draft in await rows(database, Draft)]


PLACES = (
    "",
    "/who",
    "/check?who=hands",
    "/next?who=hands",
    "/q/pain?who=hands",
    "/q/mood?who=hands&chosen=yes",
    "/same?who=hands",
    "/different?who=hands",
    "/sent",
)


async def test_case_123_a_caregivers_phone_cannot_reopen_a_check_in_that_it_sent(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """The phone cannot see whether the patient has answered the rest since."""
    luis = await signed_in(cast.luis)
    await posts(luis, check_in, PUBLIC, "hands")
    for place in PLACES:
        page = await luis.get(f"/check-ins/{check_in.id}{place}")
        assert page.url.path == f"/check-ins/{check_in.id}/sent", place
    for place, fields in (("q/pain", {"answer": "4", "who": "hands"}), ("send", {"who": "hands"})):
        page = await luis.submit(f"/check-ins/{check_in.id}/{place}", fields)
        assert page.url.path == f"/check-ins/{check_in.id}/sent", place


async def test_case_123_the_patients_unsent_mood_does_not_change_the_caregivers_next_page(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, {"breathing": "none"}, "hands")
    before = await luis.get(f"/check-ins/{check_in.id}")
    await presses(rosa, check_in, {"mood": "hard"}, "self")
    after = await luis.get(f"/check-ins/{check_in.id}")
    assert (after.url, words(after)) == (before.url, words(before))
