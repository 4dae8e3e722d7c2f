"""Entries that a phone kept offline are accepted once by their client id (cases 39 to 44, 61, 76)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response as Answer
from litestar import Litestar

from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Database
from server.flags.models import Flag
from server.questionnaires import flow as questionnaires
from server.responses.models import ConflictingVersion, Response
from server.responses.submission import submit
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.responses.delivering import WORSE, deliver, only_response
from tests.responses.delivering import check_in as check_in
from tests.stories import STEADY, answered, audited, due_check_in, entry, rows, sealed


async def test_case_51_a_refused_entry_is_on_record_and_its_urgent_answer_raises_a_flag(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        (await db.get_one(CheckIn, check_in.id)).state = CheckInState.CANCELLED
    rosa = await signed_in(cast.rosa)
    refused = await deliver(rosa, check_in, entry(STEADY | {"fall": True}))
    assert refused.status_code == 410
    assert [f"{flag.severity} {flag.item}" for flag in await rows(database, Flag)] == ["urgent fall"]
    assert "check-in.refused" in await audited(database, check_in.id)


async def test_case_51_an_entry_after_consent_was_withdrawn_is_refused_in_clear_words(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis, other = await signed_in(cast.rosa), await signed_in(cast.luis), await signed_in(cast.rosa)
    await other.submit("/settings/leave")
    for phone, who in ((rosa, "self"), (luis, "helper")):
        refused = await deliver(phone, check_in, entry(STEADY, who))
        assert (refused.status_code, refused.json()["detail"]) == (410, "left")
    assert (await answer_late(rosa, check_in, {"fall": True})).status_code == 410
    assert await rows(database, Response) == []
    assert await rows(database, Flag) == []
    assert (await audited(database, cast.rosa.id)).count("check-in.refused") == 3
    assert (await rosa.post_json("/open", {})).status_code == 401


async def answer_late(device: Browser, check_in: CheckIn, given: dict[str, object]) -> Answer:
    return await device.post_json(f"/check-ins/{check_in.id}/answers", sealed("a" * 20, entry(given)))


@pytest.mark.parametrize("at", [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1970, 2199, 9999)])
async def test_case_43_a_phones_clock_that_is_years_off_is_ignored(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, at: datetime
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, entry(STEADY, at=at))).status_code == 200
    response = await only_response(database)
    assert (response.answered_at, response.received_at) == (NOW, NOW)
    assert response.claimed_at == min(max(at, datetime(1970, 1, 1, tzinfo=UTC)), datetime(2200, 1, 1, tzinfo=UTC))
    text = words(await (await signed_in(cast.maria)).get(f"/staff/responses/{response.id}"))
    assert "the phone's clock, which was wrong, said" in text


async def test_case_43_the_time_from_a_slow_phone_is_corrected(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, slow = await signed_in(cast.rosa), timedelta(hours=3)
    body: dict[str, object] = {**sealed(check_in.client_id, entry(STEADY, at=NOW - timedelta(minutes=20) - slow))}
    body |= {"now": int((NOW - slow).timestamp() * 1000)}
    assert (await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)).status_code == 200
    response = await only_response(database)
    assert response.answered_at == NOW - timedelta(minutes=20)
    assert response.claimed_at == NOW - timedelta(minutes=20) - slow


@pytest.mark.parametrize("odd", [None, "soon", True, 1e300, -1e300, [], {"a": 1}])
async def test_case_43_a_missing_time_raises_no_error(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, odd: object
) -> None:
    rosa = await signed_in(cast.rosa)
    body = sealed(check_in.client_id, entry(STEADY)) | {"now": odd}
    assert (await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)).status_code == 200
    assert (await only_response(database)).answered_at == NOW


async def test_case_42_both_times_are_stored(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(days=2)
    await deliver(rosa, check_in, entry(STEADY, at=NOW + timedelta(hours=1)))
    response = await only_response(database)
    assert (response.answered_at, response.received_at) == (NOW + timedelta(hours=1), clock())


NO_ANSWERS: list[tuple[Any, int]] = [
    (entry({"eyesight": "none"}), 422),
    (entry({"pain": 11}), 422),
    (entry({"breathing": ["none"]}), 422),
    (entry({"mood": "none"}, "helper"), 422),
    (b"not json", 400),
    ({"answers": {}}, 400),
    ({"answers": {"pain": 1}, "answered_at": 1e300}, 400),
    (b"[" * 50_000, 400),
]


async def test_case_76_an_invalid_answer_is_refused_and_kept_on_the_phone(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    for content, status in NO_ANSWERS:
        refused = await deliver(rosa, check_in, content)
        kind = refused.headers["content-type"]
        assert (refused.status_code, kind) == (status, "application/problem+json"), str(content)[:60]
    assert await rows(database, Response) == []


async def test_case_76_a_caregivers_phone_never_sends_as_the_patient(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    await deliver(luis, check_in, entry(STEADY, "self"))
    assert not [r for r in await rows(database, Response) if r.respondent == "self" and r.caregiver_id]


async def test_case_44_a_signed_out_phone_is_told_to_sign_in_and_keep_its_entry(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/sign-out")
    refused = await deliver(rosa, check_in, entry(STEADY))
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    back = await signed_in(cast.rosa)
    assert (await deliver(back, check_in, entry(STEADY))).status_code == 200


async def test_case_61_another_persons_check_in_is_neither_answered_nor_changed(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Walter sends to Rosa's check-in, then to his own under the client id of hers."""
    async with database.writing() as db:
        taken = await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
        own = await due_check_in(db, cast.walter)
    walter = await signed_in(cast.walter)
    assert (await deliver(walter, check_in, entry(WORSE))).status_code == 404
    for answers in (STEADY, WORSE):
        borrowed = await deliver(walter, own, entry(answers), check_in.client_id)
        assert borrowed.status_code in (400, 409, 422)
        assert taken.response.id not in borrowed.text
    assert await rows(database, ConflictingVersion) == []


async def test_an_entry_sent_to_the_wrong_check_in_is_refused_in_plain_words(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    body = sealed(check_in.client_id, entry(STEADY)) | {"key": "o000000"}
    answer = await rosa.post_json(f"/check-ins/{check_in.id}/responses", body)
    assert answer.status_code == 400


async def test_an_entry_for_a_check_in_cancelled_meanwhile_is_refused_with_a_reason(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        (await db.get_one(CheckIn, check_in.id)).state = CheckInState.CANCELLED
    rosa = await signed_in(cast.rosa)
    refused = await deliver(rosa, check_in, entry(STEADY))
    assert refused.status_code == 410
    assert "went wrong on our side" not in refused.json()["title"]


async def test_case_50_a_version_of_another_questionnaire_is_not_the_one_that_was_answered(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        other = await questionnaires.newest(db, cast.harbor.id, "daily-three")
        assert other is not None
        for shown in ("", "made-up", other.id):
            assert await submit.version_answered(db, check_in, shown) == check_in.questionnaire_id
        assert await submit.version_answered(db, check_in, check_in.questionnaire_id) == check_in.questionnaire_id
