"""What others sent while the mood waits: taken once, raised once, never a way to find the mood out (cases 123, 134)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from server.checkins.models import CheckIn
from server.db import Database
from server.delivery import claims
from server.flags.models import Flag
from server.questionnaires.answers import Value
from server.reminders.models import Attempt, Reminder
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.submission import closing
from server.worker.clock_repair import check_ins as check_in_repair
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import STEADY, due_check_in, entry, rows, sealed, subscribed

PUBLIC: dict[str, Any] = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}
FAR = timedelta(days=400)


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def presses(phone: Browser, check_in: CheckIn, answers: Mapping[str, Value], who: str) -> None:
    for link_id, value in answers.items():
        pressed = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        await phone.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": pressed, "who": who})


async def sends(phone: Browser, check_in: CheckIn, who: str) -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/send", {"who": who})


async def posts(phone: Browser, check_in: CheckIn, answers: Mapping[str, Value], who: str) -> tuple[int, Any]:
    body = sealed(check_in.client_id, entry(answers, who))
    sent = await phone.post_json(f"/check-ins/{check_in.id}/responses", body)
    return sent.status_code, sent.json()


async def clock_goes_wrong_and_right(database: Database, check_in: CheckIn) -> None:
    async with database.writing() as db:
        assert await closing.close_ended(db, NOW + FAR)
    async with database.writing() as db:
        assert await check_in_repair.reopen_all(db, NOW + timedelta(minutes=5))


# --- a clock that was ahead


async def test_case_134_what_a_person_sent_stays_sent_when_the_clock_is_set_right(
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
    assert "Your check-in is ready" not in words(await luis.get("/"))
    mood = await rosa.submit(f"/check-ins/{check_in.id}/who", {"who": "self"})
    assert "9 of 9 How has your mood been?" in words(mood)


async def test_case_134_what_the_patient_had_not_sent_is_taken_back_out_of_it(
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


async def test_case_134_what_the_early_close_sent_itself_is_taken_back(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await presses(rosa, check_in, {"breathing": "very-hard"}, "self")
    await closes_flags(database, cast)
    await clock_goes_wrong_and_right(database, check_in)
    [response] = await rows(database, Response)
    assert response.undone_at is not None
    assert [json.loads(draft.value) for draft in await rows(database, Draft)] == ["very-hard"]
    assert len(await rows(database, Flag)) == 1  # staff dealt with it


# --- no way to find out


@pytest.mark.parametrize("finished_by", ["self", "hands", "nobody"])
@pytest.mark.parametrize("who", ["hands", "helper"])
@pytest.mark.parametrize("public", ["same", "other", "more", "less"])
async def test_case_123_no_try_at_sending_tells_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, finished_by: str, who: str, public: str
) -> None:
    """Whatever was answered, a caregiver's phone is told the same for each guess, and for none."""
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
    told = []
    for guess in guesses:
        status, answer = await posts(luis, check_in, changed | guess, who)
        told.append((status, answer.get("again"), answer.get("flagged")))
    first, *others = told
    if public == "more" and first == (200, False, False):
        others = [(status, False, flagged) for status, _, flagged in others]  # the first of them completed it
    assert set(others) <= {first}
    [response] = await rows(database, Response)
    assert history.answers_of(response).get("mood") == (
        "very-hard" if finished_by != "nobody" else "none" if who == "hands" and public in ("same", "more") else None
    )


async def test_case_123_a_private_answer_given_after_the_sending_is_kept_for_staff(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await posts(rosa, check_in, PUBLIC | {"mood": "none"}, "self")
    assert (await posts(luis, check_in, PUBLIC | {"mood": "hard"}, "hands"))[1]["again"] is True
    [beside] = await rows(database, ConflictingVersion)
    assert (json.loads(beside.answers), beside.respondent) == ({"mood": "hard"}, "hands")


async def test_case_123_a_replay_does_not_send_what_the_patient_has_only_begun(
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


async def test_case_123_a_check_in_that_a_caregiver_sent_is_over_on_that_phone(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Whether the patient has answered the rest since is not to be seen there."""
    luis = await signed_in(cast.luis)
    await posts(luis, check_in, PUBLIC, "hands")
    for place in PLACES:
        page = await luis.get(f"/check-ins/{check_in.id}{place}")
        assert page.url.path == f"/check-ins/{check_in.id}/sent", place
    for place, fields in (("q/pain", {"answer": "4", "who": "hands"}), ("send", {"who": "hands"})):
        page = await luis.submit(f"/check-ins/{check_in.id}/{place}", fields)
        assert page.url.path == f"/check-ins/{check_in.id}/sent", place


async def test_case_123_the_patients_unsent_mood_does_not_change_how_a_helper_goes_on(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, {"breathing": "none"}, "hands")
    before = await luis.get(f"/check-ins/{check_in.id}")
    await presses(rosa, check_in, {"mood": "hard"}, "self")
    after = await luis.get(f"/check-ins/{check_in.id}")
    assert (after.url, words(after)) == (before.url, words(before))


# --- raised once


async def closes_flags(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await db.execute(update(Flag).values(closed_at=NOW, outcome="called", owner_id=cast.maria.id))


async def alerts(database: Database) -> int:
    return len(await rows(database, Reminder, Reminder.staff_id.is_not(None)))


async def test_case_123_completing_it_raises_nothing_that_staff_dealt_with(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC | {"breathing": "very-hard"}, "hands")
    await sends(luis, check_in, "hands")
    await closes_flags(database, cast)
    before = await alerts(database)
    await presses(rosa, check_in, {"mood": "very-hard"}, "self")
    await sends(rosa, check_in, "self")
    assert sorted(flag.item for flag in await rows(database, Flag)) == ["breathing", "mood"]
    assert len(await rows(database, Flag, Flag.item == "breathing")) == 1
    assert len([r for r in await rows(database, Reminder, Reminder.kind == "on-call")]) <= before


@pytest.mark.parametrize("then", ["send", "undo", "change", "differ"])
async def test_a_red_answer_is_raised_once_however_it_goes_on(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, then: str
) -> None:
    """It was raised when it was pressed, and staff have called since."""
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    red = PUBLIC | {"breathing": "very-hard"}
    await presses(luis, check_in, red, "hands")
    if then == "send":
        await closes_flags(database, cast)
        await sends(luis, check_in, "hands")
    else:
        await sends(luis, check_in, "hands")
        await closes_flags(database, cast)
    if then == "undo":
        await luis.submit(f"/check-ins/{check_in.id}/withdraw")
        await sends(luis, check_in, "hands")
    elif then == "change":
        await presses(rosa, check_in, {"breathing": "none", "mood": "none"}, "self")
        await sends(rosa, check_in, "self")
    elif then == "differ":
        assert (await posts(luis, check_in, red | {"pain": 2}, "hands"))[0] == 409
    assert len(await rows(database, Flag, Flag.item == "breathing")) == 1


async def test_a_red_answer_pressed_anew_is_raised_anew(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    for _ in range(2):
        await presses(rosa, check_in, {"breathing": "very-hard"}, "self")
        await closes_flags(database, cast)
    await sends(rosa, check_in, "self")
    assert len(await rows(database, Flag, Flag.item == "breathing")) == 2


# --- who is still reminded


async def told(database: Database, at: Any) -> list[str]:
    """The devices that the worker then writes to."""
    async with database.writing() as db:
        posts = await claims.write_attempts(db, await claims.claim_due(db, at), at, "https://clinic.example")
        ids = [post.attempt_id for post in posts]
    return [str(attempt.device_id) for attempt in await rows(database, Attempt) if attempt.id in ids]


async def test_case_123_the_patient_alone_is_reminded_of_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        own, helpers = await subscribed(db, cast.rosa), await subscribed(db, cast.luis)
    assert sorted(await told(database, NOW)) == sorted([own.device_id, helpers.device_id])
    luis = await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    nudge = NOW + timedelta(days=1)
    assert await told(database, nudge) == [own.device_id]


async def test_case_123_nobody_is_reminded_once_the_patient_has_answered_it(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    await presses(rosa, check_in, {"mood": "none"}, "self")
    await sends(rosa, check_in, "self")
    assert await told(database, NOW + timedelta(days=1)) == []


async def test_case_123_after_an_undo_everybody_is_reminded_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        own, helpers = await subscribed(db, cast.rosa), await subscribed(db, cast.luis)
    luis = await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    await luis.submit(f"/check-ins/{check_in.id}/withdraw")
    assert sorted(await told(database, NOW + timedelta(days=1))) == sorted([own.device_id, helpers.device_id])
