"""The page on which staff enter what a patient says on the phone (case 61)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Response
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import due_check_in, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANSWERS = {"breathing": "little", "swallowing": "none", "speech": "none", "fall": "no", "pain": "0", "mood": "hard"}


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


def path(check_in: CheckIn) -> str:
    return f"/staff/check-ins/{check_in.id}/by-phone"


async def test_the_page_has_all_questions_and_the_number_to_call(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    page = await (await signed_in(cast.maria)).get(path(check_in))
    page_text = words(page)
    for part in ("Rosa Delgado", "555-0101", "How is your breathing?", "How has your mood been?", "Yes", "10"):
        assert part in page_text
    assert " checked" not in page.text


async def test_inconsistent_answers_are_asked_again_and_kept(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Only patients with trouble swallowing are asked about choking. A yes to it must not be dropped silently."""
    page = await (await signed_in(cast.maria)).submit(path(check_in), ANSWERS | {"choking": "yes"})
    assert page.status_code == 422
    assert "These don't match the other answers. Please ask again: Choking." in words(page)
    assert page.text.count(" checked") == len(ANSWERS) + 1
    assert await rows(database, Response) == []


async def test_case_61_a_check_in_of_another_clinic_is_not_found(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    tom: Browser = await signed_in(cast.tom)
    assert (await tom.get(path(check_in))).status_code == 404
    assert (await tom.submit(path(check_in), ANSWERS)).status_code == 404
    assert await rows(database, Response) == []


async def test_case_115_a_red_answer_has_its_instruction_in_its_place(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    page = markup(await (await signed_in(cast.maria)).get(path(check_in)))
    for question, screen, answer in (
        ("breathing", "breathing", "is it very hard to breathe right now?"),
        ("fall", "fall", "did you hit your head?"),
    ):
        [field] = [part for part in page.split("<fieldset")[1:] if f'name="{question}"' in part]
        assert f'<label data-red="{screen}">' in field
        assert field.index("data-red") < field.index("red-now") < field.index(answer)
    [pain] = [part for part in page.split("<fieldset")[1:] if 'name="pain"' in part]
    assert "red-now" not in pain


async def test_case_144_answers_by_phone_that_were_all_skipped_are_asked_about_and_shown_as_such(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    maria = await signed_in(cast.maria)
    path = f"/staff/check-ins/{check_in.id}/by-phone"
    asked = await maria.submit(path, {})
    assert asked.status_code == 422
    assert "Save without answers?" in words(asked)
    saved = await maria.submit(path, {"sure": "yes"})
    assert "all skipped" in words(saved)
    assert "all skipped" in words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
