"""Which entries the clinic accepts from a phone's queue, and from whom (cases 46, 61, 76)."""

from typing import Any

import pytest
from httpx import Response as Answer

from server.checkins.models import CheckIn
from server.db import Database
from server.responses.models import Draft
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.responses.delivering import flagged
from tests.stories import due_check_in, entry, rows, sealed


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


CLIENT = "9f1c7a52-0000-4000-8000-000000000000"


async def deliver(device: Browser, check_in: CheckIn, content: Any) -> Answer:
    return await device.post_json(f"/check-ins/{check_in.id}/answers", sealed(CLIENT, content))


async def kept(database: Database) -> dict[str, str]:
    return {draft.link_id: draft.value for draft in await rows(database, Draft)}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (entry({"eyesight": "none"}), 422),
        (entry({"breathing": "worst"}), 422),
        (entry({"fall": ["yes"]}), 422),
        ({"answers": {"fall": "yes"}}, 400),
        (b"not json", 400),
    ],
)
async def test_an_invalid_answer_is_refused(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, content: Any, status: int
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, content)).status_code == status
    assert (await kept(database), await flagged(database)) == ({}, [])


async def test_case_46_an_entry_of_another_person_is_refused(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    mine = sealed(CLIENT, entry({"fall": "yes"}))
    path = f"/check-ins/{check_in.id}/answers"
    assert (await rosa.post_json(path, mine | {"owner": cast.luis.id})).status_code == 403
    assert await flagged(database) == []
    assert (await rosa.post_json(path, mine | {"owner": cast.rosa.id})).status_code == 200


async def test_case_61_another_persons_check_in_accepts_nothing(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    walter = await signed_in(cast.walter)
    assert (await deliver(walter, check_in, entry({"fall": "yes"}))).status_code == 404
    assert (await kept(database), await flagged(database)) == ({}, [])


async def test_case_76_a_caregiver_cannot_answer_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    assert (await deliver(luis, check_in, entry({"mood": "low"}, "helper"))).status_code == 422
    assert (await deliver(luis, check_in, entry({"pain": "4"}, "self"))).status_code == 200
    assert [draft.respondent for draft in await rows(database, Draft)] == ["helper"]
