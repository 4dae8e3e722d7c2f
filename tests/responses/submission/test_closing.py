"""Answers that arrive after the window closed."""

import asyncio
from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses import history as past
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.submission import closing, submission, submit
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.checkins.scene import check_ins, close, due, keep
from tests.conftest import Enter, StillClock
from tests.delivery.locking import lock_rows, postgres_only
from tests.responses.delivering import check_in as check_in
from tests.responses.delivering import deliver, only_response
from tests.stories import STEADY, answered, audited, entry, rows


async def flagged(database: Database) -> list[str]:
    return [f"{flag.severity} {flag.item}" for flag in await rows(database, Flag)]


async def press(rosa: Browser, check_in: CheckIn, item: str, answer: str) -> str:
    return words(await rosa.submit(f"/check-ins/{check_in.id}/q/{item}", {"answer": answer, "who": "self"}))


async def test_an_urgent_answer_given_as_the_window_closes_is_accepted(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.now = check_in.closes_at + timedelta(seconds=2)
    page = await press(rosa, check_in, "fall", "yes")
    assert "You had a fall" in page
    assert "The clinic has received this answer." in page
    assert await flagged(database) == ["urgent fall"]
    assert "This check-in is closed" in await press(rosa, check_in, "speech", "none")


async def test_an_urgent_answer_on_an_old_page_after_send_is_accepted_and_kept_beside(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    assert "You had a fall" in await press(rosa, check_in, "fall", "yes")
    assert await flagged(database) == ["urgent fall"]
    assert [aside.answers for aside in await rows(database, ConflictingVersion)] == ['{"fall": true}']


async def given_a_part_went_in(database: Database, rosa: Browser, clock: StillClock, check_in: CheckIn) -> None:
    await press(rosa, check_in, "breathing", "none")
    clock.now = check_in.closes_at + timedelta(minutes=1)
    async with database.writing() as db:
        assert await closing.close_ended(db, clock()) == 1


async def test_answers_given_in_time_but_sent_late_complete_the_partial_response(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa, at = await signed_in(cast.rosa), clock()
    await given_a_part_went_in(database, rosa, clock, check_in)
    whole = STEADY | {"speech": "very-hard"}
    for again in (False, True):
        receipt = await deliver(rosa, check_in, entry(whole, at=at))
        assert (receipt.status_code, receipt.json()["again"]) == (200, again)
    response = await only_response(database)
    assert (response.status, response.answered_at, history.answers_of(response)) == ("completed", at, whole)
    assert (await rows(database, CheckIn, CheckIn.id == check_in.id))[0].state == "done"
    assert await rows(database, ConflictingVersion) == []
    assert await flagged(database) == ["today speech"]
    assert "response.completed" in await audited(database, response.id)


@pytest.mark.parametrize("otherwise", [{"breathing": "hard"}, {"breathing": None}])
async def test_differing_answers_do_not_complete_the_partial_response(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn, otherwise: dict[str, object]
) -> None:
    rosa = await signed_in(cast.rosa)
    await given_a_part_went_in(database, rosa, clock, check_in)
    assert (await deliver(rosa, check_in, entry(STEADY | otherwise))).status_code == 409
    assert (await only_response(database)).status == "in-progress"
    assert len(await rows(database, ConflictingVersion)) == 1


async def test_a_caregivers_view_does_not_complete_the_patients_response(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await given_a_part_went_in(database, rosa, clock, check_in)
    view = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}
    assert (await deliver(luis, check_in, entry(view, "helper"))).status_code == 409
    assert (await only_response(database)).status == "in-progress"


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=2), timedelta(days=20)])
async def test_an_answer_that_waited_offline_is_accepted_after_the_window(
    database: Database, cast: Cast, check_in: CheckIn, late: timedelta
) -> None:
    async with database.writing() as db:
        assert await closing.close_ended(db, check_in.closes_at) == 1
    now = check_in.closes_at + late
    async with database.writing() as db:
        stored = await db.get_one(CheckIn, check_in.id)
        sent = submission.Submission(check_in.client_id, STEADY, Respondent.SELF, NOW)
        taken = await submit.submit(work_by(db, cast.rosa, now), stored, sent)
    assert isinstance(taken, submission.Taken)
    assert (taken.response.answered_at, taken.response.received_at) == (NOW, now)
    assert (await rows(database, CheckIn, CheckIn.id == check_in.id))[0].state == "done"


async def test_an_unanswered_check_in_is_missed_and_no_longer_reminded_of(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    assert await close(database, check_in.closes_at - timedelta(seconds=1)) == 0
    await keep(database, cast, check_in, pain=None)
    assert await close(database, check_in.closes_at) == 1
    [closed] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    assert (closed.state, await rows(database, Response)) == ("missed", [])
    assert "check-in.missed" in await audited(database, check_in.id)
    assert await close(database, check_in.closes_at) == 0


async def test_half_given_answers_are_submitted_and_triggers_run_on_them(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, strength="very-hard", speech=None)
    assert await close(database, check_in.closes_at) == 1
    [response], [flag] = await rows(database, Response), await rows(database, Flag)
    assert (response.status, past.answers_of(response)) == (
        "in-progress",
        {"strength": "very-hard", "speech": None},
    )
    assert (flag.item, flag.severity, flag.response_id) == ("strength", "today", response.id)
    assert await rows(database, Draft) == []
    assert (await rows(database, CheckIn, CheckIn.id == check_in.id))[0].state == "partial"


async def test_an_answer_to_a_question_that_no_longer_applies_keeps_no_check_in_open(
    database: Database, cast: Cast
) -> None:
    """Choking was answered. Then swallowing was changed to no trouble, so that choking is not asked any more."""
    check_in = await due(database, cast)
    await keep(database, cast, check_in, swallowing="little", choking=False, pain=3)
    await keep(database, cast, check_in, swallowing="none")
    assert await close(database, check_in.closes_at) == 1
    [response] = await rows(database, Response)
    assert past.answers_of(response) == {"swallowing": "none", "pain": 3}


async def test_case_76_the_patients_mood_stays_the_patients_when_a_caregiver_continues(
    database: Database, cast: Cast
) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, mood="some")
    await keep(database, cast, check_in, Respondent.CAREGIVER, pain=3)
    assert await close(database, check_in.closes_at) == 1
    [response], [aside] = await rows(database, Response), await rows(database, ConflictingVersion)
    assert (response.respondent, past.answers_of(response)) == ("self", {"mood": "some"})
    assert (aside.respondent, aside.response_id, aside.answers) == ("helper", response.id, '{"pain": 3}')


async def test_case_76_the_same_triggers_run_on_a_caregivers_view(database: Database, cast: Cast) -> None:
    check_in = await due(database, cast)
    await keep(database, cast, check_in, pain=1)
    await keep(database, cast, check_in, Respondent.CAREGIVER, strength="very-hard")
    await close(database, check_in.closes_at)
    assert [flag.item for flag in await rows(database, Flag)] == ["strength"]


async def test_one_check_in_that_cannot_be_closed_keeps_no_other_open(database: Database, cast: Cast) -> None:
    first, second = await due(database, cast), await due(database, cast, "daily-three")
    await keep(database, cast, first, swallowing="little", choking=False)
    await keep(database, cast, first, swallowing="none")
    await close(database, NOW + timedelta(days=4))
    states = {c.id: c.state for c in await check_ins(database)}
    assert states[second.id] == "missed"
    assert states[first.id] == "partial"


@postgres_only
async def test_case_117_the_tick_leaves_a_patient_whom_staff_act_on(
    database: Database, database_url: str, cast: Cast, check_in: CheckIn
) -> None:
    """It would hold the check-in that an end of care waits for, and wait for the patient."""
    at = check_in.closes_at + timedelta(minutes=1)
    acted_on = lock_rows(database_url, f"SELECT 1 FROM patient WHERE id = '{cast.rosa.id}' FOR UPDATE")
    async with acted_on, asyncio.timeout(5), database.writing() as db:
        assert await closing.close_ended(db, at) == 0
    async with database.writing() as db:
        assert await closing.close_ended(db, at) == 1
