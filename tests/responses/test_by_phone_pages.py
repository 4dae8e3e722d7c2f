"""The page on which staff enter what a patient says on the phone (case 61)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires.answers import answers_from_json
from server.responses.models import ConflictingVersion, Response
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import STEADY, answered, due_check_in, rows

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


async def test_case_90_answers_that_are_saved_twice_are_one_entry(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    first, second = [await maria.submit(path(check_in), ANSWERS) for _ in range(2)]
    assert (second.status_code, second.url) == (200, first.url)
    assert len(await rows(database, Response)) == 1


async def test_case_89_a_colleague_who_entered_the_answers_first_loses_nothing_nor_does_the_later_one(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    await ken.submit(path(check_in), ANSWERS)
    late = await maria.submit(path(check_in), ANSWERS | {"breathing": "very-hard"})
    assert late.status_code == 409
    assert "Ken Osei entered answers to this check-in" in words(late)
    assert "These differ: Breathing." in words(late)
    [stored] = await rows(database, Response)
    assert f'action="/staff/responses/{stored.id}/correct"' in late.text
    await maria.submit(f"/staff/responses/{stored.id}/correct", ANSWERS | {"breathing": "very-hard"})
    [flag] = [each for each in await rows(database, Flag) if each.item == "breathing"]
    assert flag.severity == "urgent"


async def test_case_115_a_red_answer_by_phone_raises_its_flag_although_the_patient_sent_others_meanwhile(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    page = await maria.submit(path(check_in), {"breathing": "very-hard"})
    [stored] = await rows(database, Response)
    assert page.url.path == f"/staff/responses/{stored.id}"
    assert answers_from_json(stored.answers)["breathing"] == "none"
    [version] = await rows(database, ConflictingVersion)
    assert answers_from_json(version.answers) == {"breathing": "very-hard"}
    assert [(flag.item, flag.severity) for flag in await rows(database, Flag)] == [("breathing", "urgent")]


async def test_case_115_staff_hear_that_the_patient_sent_answers_before_they_saved_theirs(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Both stand. Of two who entered others by phone, each sees who entered what."""
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    page = await maria.submit(path(check_in), {"breathing": "very-hard"})
    assert "These answers came from a phone before you saved yours, and they count. What you entered differs." in words(
        page
    )
    assert "entered by Maria Alvarez by phone" in words(page)
    assert "before you saved yours" not in words(await maria.get(page.url.path))
    later = words(await ken.submit(path(check_in), {"pain": "9"}))
    assert "Ken Osei by phone" in later
    assert "Maria Alvarez by phone" in later
    assert "before you saved yours" in words(await ken.submit(path(check_in), {"pain": "9"}))
    assert sorted(each.entered_by or "" for each in await rows(database, ConflictingVersion)) == sorted(
        [cast.maria.id, cast.ken.id]
    )


async def test_case_115_staff_hear_that_the_patient_has_already_sent_the_same(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    page = await maria.submit(path(check_in), {"breathing": "none"})
    assert "Yours say the same, so nothing was added." in words(page)
    assert await rows(database, ConflictingVersion) == []


async def test_case_89_ones_own_earlier_entry_is_not_called_a_colleagues(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    await maria.submit(path(check_in), ANSWERS)
    late = await maria.submit(path(check_in), ANSWERS | {"pain": "3"})
    assert (late.status_code, "You already entered these answers" in words(late)) == (409, True)
    assert "A colleague" not in words(late)


async def test_case_89_a_check_in_that_was_cancelled_meanwhile_gives_back_what_was_entered(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    maria = await signed_in(cast.maria)
    await maria.submit(f"/staff/patients/{cast.rosa.id}/plans/{check_in.plan_id}/end", {"reason": "Asked twice."})
    late = await maria.submit(path(check_in), ANSWERS)
    assert (late.status_code, "Nothing was saved. What you entered is below." in words(late)) == (410, True)
    assert late.text.count(" checked") == len(ANSWERS)
    assert await rows(database, Response) == []
