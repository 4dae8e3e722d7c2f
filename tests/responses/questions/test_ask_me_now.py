"""A caregiver holds the phone: *Ask me this now* asks for the mood, and no page shows it afterwards (case 123)."""

import json

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.responses.questions.mood import ASK, PUBLIC, says, says_all, sends, state
from tests.responses.questions.mood import day_after as day_after
from tests.stories import entry, rows, sealed


async def test_case_123_ask_me_this_now_asks_afresh_and_never_shows_the_answer(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says(rosa, check_in, "mood", "very-hard", "self")
    check = await says_all(luis, check_in)
    assert "Mood Answered" in words(check)
    asked = await luis.get(f"/check-ins/{check_in.id}/q/mood?who=hands&chosen=yes")
    assert "Only you answer this one How has your mood been?" in words(asked)
    assert "said" not in asked.text.partition("<main")[2].partition("<template")[0].replace("data-said", "")
    check = await says(luis, check_in, "mood", "some")
    assert "Mood Answered" in words(check)
    assert "some" not in check.text.partition("data-outbox")[2].partition("data-check-in")[0]
    assert "So-so" not in check.text
    await sends(luis, check_in)
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.status) == (PUBLIC | {"mood": "some"}, "completed")
    assert await state(database, check_in) == "done"


async def test_case_123_a_skip_in_other_hands_keeps_the_patients_answer_and_the_question(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    skip = {"skip": "1", "who": "hands"}
    await luis.submit(f"/check-ins/{check_in.id}/q/mood", skip)
    assert await rows(database, Draft) == []
    await says(rosa, check_in, "mood", "little", "self")
    await luis.submit(f"/check-ins/{check_in.id}/q/mood", skip)
    assert [draft.value for draft in await rows(database, Draft)] == ['"little"']


@pytest.mark.parametrize("place", ["answers", "responses"])
async def test_case_123_a_sealed_skip_keeps_them_too(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, place: str
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says(rosa, check_in, "mood", "little", "self")
    client_id = check_in.client_id if place == "responses" else "a" * 32
    body = sealed(client_id, entry({"pain": 1, "mood": None}, "hands"))
    assert (await luis.post_json(f"/check-ins/{check_in.id}/{place}", body)).status_code == 200
    kept = [history.answers_of(response) for response in await rows(database, Response)]
    drafts = {draft.link_id: json.loads(draft.value) for draft in await rows(database, Draft)}
    assert [drafts, *kept][-1] == {"mood": "little", "pain": 1}


async def test_case_123_the_crisis_page_appears_at_once_and_never_again(
    signed_in: Enter, cast: Cast, database: Database, day_after: CheckIn
) -> None:
    """A very low mood, then thoughts of self-harm.

    The page is shown to whoever holds the phone, at that moment only.
    """
    luis = await signed_in(cast.luis)
    follow_up = await says(luis, day_after, "mood", "very-hard")
    assert follow_up.url.path.endswith("/q/self-harm")
    assert "data-red" in follow_up.text
    crisis = await says(luis, day_after, "self-harm", "yes")
    assert "You are not alone." in words(crisis)
    assert {flag.item for flag in await rows(database, Flag)} >= {"self-harm"}
    for link_id in ("nausea", "dizziness", "headache", "unreal", "sleep"):
        await says(luis, day_after, link_id, "none")
    check = await says(luis, day_after, "pain", "1")
    assert "Mood Answered" in words(check)
    sent = await sends(luis, day_after)
    assert sent.url.path == f"/check-ins/{day_after.id}/sent"  # the urgency is not asked
    for path in ("/", "/answers", "/held", f"/check-ins/{day_after.id}", f"/check-ins/{day_after.id}/sent"):
        page = (await luis.get(path)).text.lower()
        assert "not alone" not in page, path
        assert "mood" not in page, path
        assert "no action yet" not in page, path
    [response] = await rows(database, Response)
    assert history.answers_of(response)["self-harm"] is True
    assert response.status == "completed"


async def test_case_123_another_person_taps_on_the_patients_own_phone(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await says(rosa, check_in, "mood", "very-hard", "self")
    check = await says_all(rosa, check_in)
    assert "This is for you alone. It will wait until you hold the phone. Mood Answered" in words(check)
    assert "Very low" not in check.text
    assert "very-hard" not in check.text
    back = await rosa.get(f"/check-ins/{check_in.id}/check?who=self")
    assert "Very low" in words(back)


async def test_a_patient_who_holds_the_phone_needs_no_extra_step(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    asked = await says_all(rosa, check_in, "self")
    assert "9 of 9 How has your mood been?" in words(asked)
    check = await says(rosa, check_in, "mood", "some", "self")
    assert ASK not in words(check)
    assert "So-so" in words(check)


async def test_case_123_sending_again_without_the_mood_gets_the_same_receipt(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """The answer to *Ask me this now* was sent by itself. The sealed check-in does not contain it."""
    luis = await signed_in(cast.luis)
    await luis.post_json(f"/check-ins/{check_in.id}/answers", sealed("a" * 32, entry({"mood": "little"}, "hands")))
    body = sealed(check_in.client_id, entry(PUBLIC, "hands"))
    first = (await luis.post_json(f"/check-ins/{check_in.id}/responses", body)).json()
    again = (await luis.post_json(f"/check-ins/{check_in.id}/responses", body)).json()
    assert (again["response"], again["again"]) == (first["response"], True)
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | {"mood": "little"}
    assert await rows(database, ConflictingVersion) == []
