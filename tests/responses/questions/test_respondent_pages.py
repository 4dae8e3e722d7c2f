"""The page first asks who answers, and the sign-in limits the choice (case 76)."""

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Draft
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.responses.questions.scene import answer
from tests.stories import rows


async def test_case_76_a_caregiver_first_says_who_answers(signed_in: Enter, cast: Cast, check_in: CheckIn) -> None:
    luis = await signed_in(cast.luis)
    page = await luis.get(f"/check-ins/{check_in.id}")
    assert "Who is answering?" in words(page)
    assert "Rosa Delgado's answers, I tap for them" in words(page)
    assert 'value="self"' not in page.text
    own_view = await luis.submit(f"/check-ins/{check_in.id}/who", {"who": "helper"})
    assert "1 of 8 About Rosa Delgado How is Rosa's breathing?" in words(own_view)
    hands = await luis.submit(f"/check-ins/{check_in.id}/who", {"who": "hands"})
    assert "1 of 8" in words(hands)  # the mood waits for her own phone (case 123)
    assert (await luis.submit(f"/check-ins/{check_in.id}/who", {"who": "nobody"})).status_code == 422


async def test_case_76_a_caregivers_phone_never_answers_as_the_patient(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Not even with a changed address or form: the sign-in decides."""
    luis = await signed_in(cast.luis)
    for who in ("self", "", "patient"):
        asked = await luis.get(f"/check-ins/{check_in.id}/q/mood?who={who}")
        assert "How has your mood been?" not in words(asked), who
        await luis.submit(f"/check-ins/{check_in.id}/who", {"who": who})
        await answer(luis, check_in, "pain", "3", who)
        assert {draft.respondent for draft in await rows(database, Draft)} <= {"hands", "helper"}, who


async def test_case_76_a_caregiver_who_continues_is_asked_who_answers(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await answer(rosa, check_in, "breathing", "none")
    assert "Who is answering?" in words(await luis.get(f"/check-ins/{check_in.id}"))
