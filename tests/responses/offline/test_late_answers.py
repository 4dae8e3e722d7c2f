"""Answers that a phone kept offline arrive late (cases 42, 71, 72)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import Response as Answer

from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Database
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.respondents import Respondent
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry
from server.responses.submission import closing
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.responses.delivering import flagged
from tests.stories import STEADY, answered, due_check_in, entry, rows, sealed

CLIENT = "9f1c7a52-0000-4000-8000-000000000000"


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def deliver(device: Browser, check_in: CheckIn, content: Any) -> Answer:
    return await device.post_json(f"/check-ins/{check_in.id}/answers", sealed(CLIENT, content))


async def kept(database: Database) -> dict[str, str]:
    return {draft.link_id: draft.value for draft in await rows(database, Draft)}


async def test_case_72_an_urgent_answer_that_was_kept_raises_a_flag_and_gets_a_receipt(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    for _ in range(2):
        receipt = await deliver(rosa, check_in, entry({"fall": "yes"}))
        assert (receipt.status_code, receipt.json()) == (200, {"client_id": CLIENT, "closed": False})
    assert await kept(database) == {"fall": "true"}
    assert await flagged(database) == ["urgent fall"]


async def test_case_42_a_newer_answer_stays_and_the_older_urgent_one_still_raises_a_flag(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(minutes=10)
    await rosa.submit(f"/check-ins/{check_in.id}/q/fall", {"answer": "no", "who": "self"})
    await deliver(rosa, check_in, entry({"fall": "yes"}, at=NOW + timedelta(minutes=5)))
    assert await kept(database) == {"fall": "false"}
    assert await flagged(database) == ["urgent fall"]


async def test_case_42_of_two_late_answers_the_one_given_last_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(hours=1)
    for answer, minutes in (("little", 1), ("hard", 2), ("some", 0)):
        await deliver(rosa, check_in, entry({"breathing": answer}, at=NOW + timedelta(minutes=minutes)))
    assert await kept(database) == {"breathing": '"hard"'}


async def test_case_42_the_answer_given_last_on_a_slow_phone_stays(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    """A phone that is five minutes slow gives one answer online and, two minutes later, another one offline."""
    rosa, slow = await signed_in(cast.rosa), timedelta(minutes=5)
    await rosa.submit(f"/check-ins/{check_in.id}/q/speech", {"answer": "none", "who": "self"})
    clock.move(minutes=10)
    body: dict[str, object] = {**sealed(CLIENT, entry({"speech": "very-hard"}, at=NOW + timedelta(minutes=2) - slow))}
    body |= {"now": int((clock() - slow).timestamp() * 1000)}
    assert (await rosa.post_json(f"/check-ins/{check_in.id}/answers", body)).status_code == 200
    assert await kept(database) == {"speech": '"very-hard"'}


async def test_a_skip_that_was_kept_is_a_skip(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, entry({"breathing": None}))).status_code == 200
    assert "How is chewing and swallowing?" in words(await rosa.get(f"/check-ins/{check_in.id}"))


async def close(database: Database, now: datetime) -> None:
    async with database.writing() as db:
        await closing.close_ended(db, now)


async def test_answers_to_a_missed_check_in_become_its_partial_response(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    await close(database, clock.move(days=4))
    for answers in ({"breathing": "little"}, {"fall": "yes"}):
        assert (await deliver(rosa, check_in, entry(answers))).status_code == 200
    assert await flagged(database) == ["urgent fall"]
    assert (await rosa.get(f"/check-ins/{check_in.id}")).text.count("This check‑in is closed") > 0
    await close(database, clock.move(minutes=1))
    [response] = await rows(database, Response)
    assert (response.status, history.answers_of(response)) == ("in-progress", {"breathing": "little", "fall": True})


@pytest.mark.parametrize("why", ["cancelled", "long-ago"])
async def test_a_cancelled_or_old_check_in_takes_only_urgent_answers_and_refuses_the_rest_with_a_reason(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, clock: StillClock, why: str
) -> None:
    if why == "cancelled":
        async with database.writing() as db:
            (await db.get_one(CheckIn, check_in.id)).state = CheckInState.CANCELLED
    else:
        await close(database, clock.move(days=40))
    rosa = await signed_in(cast.rosa)
    refused = await deliver(rosa, check_in, entry({"breathing": "little"}))
    assert (refused.status_code, refused.headers["content-type"]) == (410, "application/problem+json")
    assert (await deliver(rosa, check_in, entry({"fall": "yes"}))).status_code == 200
    assert (await flagged(database), await kept(database)) == (["urgent fall"], {})


async def test_the_sent_response_stays_and_late_answers_are_kept_beside_it(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    rosa = await signed_in(cast.rosa)
    for answers in ({"breathing": "none"}, {"breathing": "hard"}, {"breathing": "hard"}):
        assert (await deliver(rosa, check_in, entry(answers))).status_code == 200
    assert [aside.answers for aside in await rows(database, ConflictingVersion)] == ['{"breathing": "hard"}']
    assert history.answers_of((await rows(database, Response))[0]) == STEADY
    assert (await kept(database), await flagged(database)) == ({}, ["today breathing"])


@pytest.mark.parametrize(("answers", "refused"), [({"pain": 2}, Refused("closed")), ({"fall": True}, None)])
async def test_a_cancelled_check_in_takes_no_late_answer_but_an_urgent_one_still_reaches_staff(
    database: Database, cast: Cast, answers: dict[str, object], refused: Refused | None
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        check_in.state = CheckInState.CANCELLED
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
        late = Entry("late", answers, Respondent.SELF, NOW)
        assert await late_answers.take_late(work_by(db, cast.rosa), check_in, definition, late) == refused
