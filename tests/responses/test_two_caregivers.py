"""Two caregivers of one patient answer the same check-in at once, each on a phone of their own (case 76)."""

import re
from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.people.models import Caregiver
from server.questionnaires.answers import Answers, answers_from_json
from server.responses.models import ConflictingVersion, Draft, Response
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.checkins.scene import close
from tests.checkins.sending import posts, presses, sends
from tests.conftest import Enter
from tests.responses.caregivers import second_caregiver
from tests.responses.delivering import check_in as check_in
from tests.stories import rows

LUIS: Answers = {"breathing": "little", "pain": 8}
CARMEN: Answers = {"breathing": "none", "pain": 3}


async def both_in(signed_in: Enter, database: Database, cast: Cast) -> tuple[Browser, Browser, Caregiver]:
    carmen = await second_caregiver(database, cast)
    return await signed_in(cast.luis), await signed_in(carmen), carmen


async def what_the_clinic_has(database: Database) -> dict[str | None, Answers]:
    """Caregiver → what was answered of the answers that are stored as sent."""
    stored: list[Response | ConflictingVersion] = [
        *await rows(database, Response),
        *await rows(database, ConflictingVersion),
    ]
    found = {each.caregiver_id: answers_from_json(each.answers) for each in stored}
    assert len(found) == len(stored)
    return {who: {key: value for key, value in each.items() if value is not None} for who, each in found.items()}


async def chosen(phone: Browser, check_in: CheckIn, link_id: str) -> list[str]:
    """The buttons that the page of a question shows as pressed."""
    page = await phone.get(f"/check-ins/{check_in.id}/q/{link_id}?who=helper")
    buttons = [
        button for button in re.findall(r"<button[^>]*>", page.text) if re.search(r'class="[^"]*\bsaid\b', button)
    ]
    return [value for button in buttons for value in re.findall(r'value="([^"]*)"', button)]


@pytest.mark.parametrize("sends_second", [True, False])
async def test_case_76_two_caregivers_answer_at_once_and_the_clinic_reads_both_by_name(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, sends_second: bool
) -> None:
    luis, carmen, second = await both_in(signed_in, database, cast)
    await presses(luis, check_in, LUIS, "helper")
    assert await chosen(carmen, check_in, "pain") == []
    await presses(carmen, check_in, CARMEN, "helper")
    assert (await chosen(luis, check_in, "pain"), await chosen(carmen, check_in, "pain")) == (["8"], ["3"])
    await sends(luis, check_in, "helper")
    if sends_second:
        await sends(carmen, check_in, "helper")
    assert await what_the_clinic_has(database) == {cast.luis.id: LUIS, second.id: CARMEN}
    assert await rows(database, Draft) == []
    [response] = await rows(database, Response)
    page = words(await (await signed_in(cast.maria)).get(f"/staff/responses/{response.id}"))
    assert "What Luis Delgado sees" in page
    assert "What Carmen Ruiz sees" in page


async def test_case_76_what_the_second_caregiver_answers_after_the_first_has_sent_is_kept(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis, carmen, second = await both_in(signed_in, database, cast)
    await presses(luis, check_in, LUIS, "helper")
    await presses(carmen, check_in, {"breathing": "none"}, "helper")
    await sends(luis, check_in, "helper")
    await presses(carmen, check_in, {"pain": 3}, "helper")
    assert await what_the_clinic_has(database) == {cast.luis.id: LUIS, second.id: CARMEN}


@pytest.mark.parametrize("seconds", [CARMEN, LUIS])
async def test_case_76_check_ins_that_two_caregivers_phones_kept_are_both_received(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, seconds: Answers
) -> None:
    """Even where both say the same: the clinic then knows that two people saw it."""
    luis, carmen, second = await both_in(signed_in, database, cast)
    assert (await posts(luis, check_in, LUIS, "helper"))[0] == 200
    await posts(carmen, check_in, seconds, "helper")
    assert (await posts(luis, check_in, LUIS, "helper"))[1]["again"] is True
    assert await what_the_clinic_has(database) == {cast.luis.id: LUIS, second.id: seconds}


async def test_case_76_a_check_in_that_closes_over_two_views_keeps_both_by_name(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis, carmen, second = await both_in(signed_in, database, cast)
    await presses(luis, check_in, LUIS, "helper")
    await presses(carmen, check_in, CARMEN, "helper")
    await close(database, check_in.closes_at + timedelta(minutes=1))
    assert await what_the_clinic_has(database) == {cast.luis.id: LUIS, second.id: CARMEN}


async def test_case_76_a_caregivers_view_that_was_sent_is_a_draft_of_that_caregiver_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis, carmen, _ = await both_in(signed_in, database, cast)
    await presses(luis, check_in, LUIS, "helper")
    await sends(luis, check_in, "helper")
    await luis.submit(f"/check-ins/{check_in.id}/withdraw")
    assert (await chosen(luis, check_in, "pain"), await chosen(carmen, check_in, "pain")) == (["8"], [])


async def test_case_76_the_offline_bundle_has_no_other_caregivers_view(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis, carmen, _ = await both_in(signed_in, database, cast)
    await presses(luis, check_in, LUIS, "helper")
    assert (await luis.get("/held")).json()["forms"][0]["kept"]["helper"]["pain"]["is"] == "8"
    for other in (carmen, await signed_in(cast.rosa)):
        assert (await other.get("/held")).json()["forms"][0]["kept"]["helper"] == {}
