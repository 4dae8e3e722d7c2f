"""Same as last time, through its pages: two presses, or only the questions that changed."""

from server.checkins.models import CheckIn
from server.db import Database
from server.responses import history
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.responses.last_time import check_in as check_in
from tests.responses.last_time import drafts, newest, not_offered
from tests.stories import STEADY


async def test_two_presses_answer_a_check_in_without_changes(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    page = await rosa.get(f"/check-ins/{check_in.id}")
    assert "Is it all the same as last time?" in words(page)
    assert "This is what you said on" in words(page)
    check = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "same", "who": "self"})
    assert check.url.path == f"/check-ins/{check_in.id}/check"
    assert words(check).count("as last time") == len(STEADY)
    sent = await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    assert "The clinic has received it" in words(sent)
    response = await newest(database)
    assert (history.answers_of(response), set(response.copied)) == (STEADY, set(STEADY))
    assert words(await maria.get(f"/staff/responses/{response.id}")).count("as last time") == len(STEADY)


async def test_the_changed_questions_are_asked_and_the_rest_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    assert "What has changed?" in words(page)
    assert page.text.count("/q/") == 6
    assert "page=1" in page.text
    again = await rosa.submit(f"/check-ins/{check_in.id}/q/speech", {"answer": "little", "who": "self"})
    assert again.url.path == f"/check-ins/{check_in.id}/different"
    assert "Has more changed?" in words(again)
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    response = await newest(database)
    assert history.answers_of(response) == STEADY | {"speech": "little"}
    assert set(response.copied) == set(STEADY) - {"speech"}


async def test_a_changed_answer_that_brings_up_a_question_asks_it_first(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Swallowing became hard, so choking is asked before the other changes."""
    rosa = await signed_in(cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "some", "who": "self"})
    page = await rosa.submit(f"/check-ins/{check_in.id}/q/swallowing", {"answer": "little", "who": "self"})
    assert page.url.path == f"/check-ins/{check_in.id}/q/choking"


async def test_a_patient_may_choose_to_be_asked_each_question(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await rosa.submit(f"/check-ins/{check_in.id}/same", {"say": "all", "who": "self"})
    assert "1 of" in words(page)
    assert await drafts(database) == {}


async def test_case_76_a_caregiver_does_not_copy_the_patients_answers(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    assert await not_offered(signed_in, cast.luis, check_in, "helper")
    luis = await signed_in(cast.luis)
    page = await luis.get(f"/check-ins/{check_in.id}/same?who=hands")
    assert "Is it all the same as last time?" in words(page)
