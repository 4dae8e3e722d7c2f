"""Which sent answers a person may see on the phone (case 123)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.db import Database
from server.flags import actions
from server.flags.models import Flag
from server.people import flow as people
from server.phone import answers_shown
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.drafts import Statement, put_back
from server.responses.submission import submit
from server.responses.submission.submission import Submission, Taken
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.questionnaires.made_up import library
from tests.stories import STEADY, answered, due_check_in

WEEK = timedelta(days=7)


async def test_case_123_after_other_hands_the_patient_must_first_say_that_it_is_her(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa, luis = acting(cast.rosa), acting(cast.luis)
        assert await answers_shown.may_see_private(db, rosa, "")
        check_in = await due_check_in(db, cast.rosa)
        await put_back(work_by(db, cast.rosa), check_in, Statement(Respondent.HANDS, {"pain": 1}))
        assert not await answers_shown.may_see_private(db, rosa, "")
        assert await answers_shown.may_see_private(db, rosa, "self")
        assert not await answers_shown.may_see_private(db, luis, "self")


@pytest.mark.parametrize("private", [True, False])
async def test_a_chart_needs_two_answers_and_the_moods_is_private(
    database: Database, cast: Cast, private: bool
) -> None:
    async with database.writing() as db:
        for week, (pain, mood, saliva) in enumerate(((2, "hard", "none"), (5, "none", None))):
            now = NOW + week * WEEK
            check_in = await due_check_in(db, cast.rosa, now=now)
            given = {"pain": pain, "mood": mood, "saliva": saliva}
            await answered(db, cast.rosa, check_in, STEADY | given, now)
        found = await history.of_patient(db, cast.rosa.id)
    trends = {one.question.link_id: one for one in answers_shown.trends(library("weekly-als"), found, private)}
    assert [words for _, words in trends["pain"].levels_in_words] == ["2", "5"]
    assert "saliva" not in trends
    assert ("mood" in trends) == private


async def test_case_105_home_says_what_became_of_a_worry(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, maria, luis = await signed_in(cast.rosa), await signed_in(cast.maria), await signed_in(cast.luis)
    assert "Your clinic received this" not in words(await rosa.get("/"))
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        taken = await answered(db, cast.rosa, check_in, STEADY | {"strength": "very-hard"})
    home = words(await rosa.get("/"))
    assert "Strength" in home
    assert "Your clinic received this on Mon, Nov 16, 9:00 AM. Nobody has opened it yet." in home
    assert "The clinic will act on it by Mon, Nov 16, 1:00 PM." in home
    assert (await maria.get(f"/staff/responses/{taken.response.id}")).status_code == 200
    async with database.writing() as db:
        [flag] = await db.scalars(select(Flag).where(Flag.patient_id == cast.rosa.id))
        await actions.own(work_by(db, cast.maria), flag, cast.maria.id)
    home = words(await luis.get("/"))
    assert "Maria Alvarez opened it on Mon, Nov 16, 9:00 AM." in home
    assert "Maria Alvarez will contact Rosa by Mon, Nov 16, 1:00 PM." in home


async def test_case_105_who_acts_on_a_worry_without_opening_the_answers_is_not_called_nobody(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Maria reads the answer in the inbox, and takes it there."""
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY | {"strength": "very-hard"})
        [flag] = await db.scalars(select(Flag).where(Flag.patient_id == cast.rosa.id))
        await actions.own(work_by(db, cast.maria), flag, cast.maria.id)
    home, sent = words(await rosa.get("/")), words(await rosa.get(f"/check-ins/{check_in.id}/sent"))
    assert "Maria Alvarez will contact you by" in home
    assert "Nobody has opened it" not in home
    assert "Maria Alvarez will contact you" in sent
    assert "Opened Not yet" not in sent


async def test_case_105_the_mood_is_not_shown_to_a_caregiver(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        await answered(db, cast.rosa, check_in, STEADY | {"mood": "very-hard"})
    assert "Your clinic received this" in words(await (await signed_in(cast.rosa)).get("/"))
    assert "Your clinic received this" not in words(await (await signed_in(cast.luis)).get("/"))


async def test_case_105_the_worry_leads_to_the_answer_that_it_is_about(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    await rosa.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "very-hard", "who": "self"})
    assert "Your clinic received this" in words(await rosa.get("/"))
    assert "See what was sent" not in words(await rosa.get("/"))  # the check-in itself is not sent yet
    async with database.writing() as db:
        await answered(db, cast.rosa, check_in, STEADY | {"breathing": "very-hard", "mood": "hard"})
    clock.move(minutes=11)
    for phone in (rosa, luis):
        link = re.search(r'href="([^"]+)">See what was sent', (await phone.get("/")).text)
        assert link
        page = await phone.get(link[1])
        assert "Breathing Very hard" in words(page)
        assert '<details class="card" open>' in page.text
        assert ("Mood Low" in words(page)) == (phone is rosa)


async def test_case_105_what_only_a_helper_has_said_and_not_sent_is_not_the_patients_worry(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Rosa has sent that all is well. Luis then says what he sees; his answer waits for its Send, but is urgent."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    answer = {"answer": "very-hard", "who": "helper"}
    await luis.submit(f"/check-ins/{check_in.id}/q/breathing", answer)
    assert "Breathing Your clinic received this" in words(await luis.get("/"))
    assert "Your clinic received this" not in words(await rosa.get("/"))
    async with database.writing() as db:
        await answered(db, cast.rosa, check_in, STEADY)
    clock.move(minutes=11)
    assert "Your clinic received this" not in words(await rosa.get("/"))


async def test_case_105_what_one_helper_has_not_sent_is_no_other_helpers_to_read(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Luis's urgent answer waits for its Send. Ana sends that all is well."""
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        ana = await people.add_caregiver(work_by(db, cast.maria), cast.rosa, "Ana Delgado", "daughter")
    rosa, luis, hers = await signed_in(cast.rosa), await signed_in(cast.luis), await signed_in(ana)
    await luis.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "very-hard", "who": "helper"})
    assert "Breathing Your clinic received this" in words(await luis.get("/"))
    for phone in (rosa, hers):
        assert "Your clinic received this" not in words(await phone.get("/"))
    now = clock.move(minutes=1)
    async with database.writing() as db:
        well = {item: answer for item, answer in STEADY.items() if item != "mood"}
        seen = Submission(check_in.client_id, well, Respondent.CAREGIVER, now)
        assert isinstance(await submit.submit(work_by(db, ana, now), check_in, seen), Taken)
    clock.move(minutes=11)
    for phone in (rosa, hers):
        assert "Your clinic received this" not in words(await phone.get("/"))


async def test_case_105_what_one_helper_has_sent_the_others_may_read(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        ana = await people.add_caregiver(work_by(db, cast.maria), cast.rosa, "Ana Delgado", "daughter")
        seen = Submission(check_in.client_id, {"breathing": "very-hard"}, Respondent.CAREGIVER, NOW)
        assert isinstance(await submit.submit(work_by(db, cast.luis), check_in, seen), Taken)
    assert "Breathing Your clinic received this" in words(await (await signed_in(ana)).get("/"))


async def test_case_105_once_the_patient_says_it_too_it_is_the_patients_worry(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """What the helper says after that does not take it away."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    shown = []
    for phone, who in ((luis, "helper"), (rosa, "self"), (luis, "helper")):
        await phone.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "very-hard", "who": who})
        shown.append("Your clinic received this" in words(await rosa.get("/")))
    assert shown == [False, True, True]


async def test_case_105_what_a_helper_has_sent_is_shown_to_the_patient(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        seen = Submission(check_in.client_id, {"breathing": "very-hard"}, Respondent.CAREGIVER, NOW)
        assert isinstance(await submit.submit(work_by(db, cast.luis), check_in, seen), Taken)
    assert "Breathing Your clinic received this" in words(await (await signed_in(cast.rosa)).get("/"))
