"""How urgent the patient finds it: kept with the response and the flags, and a newer choice stands (case 141)."""

from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.flags.rules import Urgency
from server.responses.models import Response
from server.responses.submission import urgency
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.stories import STEADY, answered, due_check_in, entry, rows, sealed

WORSE = {"breathing": "none", "swallowing": "very-hard", "choking": "no"}


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


async def deliver(phone: Browser, check_in: CheckIn, part: str, client: str, content: object) -> None:
    answer = await phone.post_json(f"/check-ins/{check_in.id}/{part}", sealed(client, content))
    assert answer.status_code == 200, answer.text


async def test_case_141_the_choice_travels_with_a_whole_check_in(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await deliver(rosa, check_in, "responses", check_in.client_id, entry(WORSE) | {"urgency": "today"})
    assert [sent.urgency for sent in await rows(database, Response)] == ["today"]
    assert [flag.urgency for flag in await rows(database, Flag)] == ["today"]
    page = await rosa.get(f"/check-ins/{check_in.id}")
    assert page.url.path.endswith("/sent")  # asked once, not twice


async def test_case_141_the_choice_after_a_red_answer_is_on_its_flag_before_send(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await deliver(rosa, check_in, "answers", "red-answer", entry({"breathing": "very-hard"}))
    await deliver(rosa, check_in, "answers", "its-urgency", entry({}) | {"urgency": "wait"})
    assert [(flag.item, flag.urgency) for flag in await rows(database, Flag)] == [("breathing", "wait")]


async def test_case_141_a_choice_that_the_service_worker_sends_again_does_not_undo_a_newer_one(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """The page and the service worker may both send what waits; the check-in itself is not sent yet."""
    rosa = await signed_in(cast.rosa)
    at = [NOW - timedelta(seconds=seconds) for seconds in (30, 20, 10)]
    red, first, second = (
        entry({"breathing": "very-hard"}, at=at[0]),
        entry({}, at=at[1]) | {"urgency": "wait"},
        entry({}, at=at[2]) | {"urgency": "today"},
    )
    for client, content in (
        ("red-answer", red),
        ("its-urgency", first),
        ("its-change", second),
        ("its-urgency", first),
    ):
        await deliver(rosa, check_in, "answers", client, content)
    assert [flag.urgency for flag in await rows(database, Flag)] == ["today"]


async def test_case_141_a_late_choice_does_not_undo_a_newer_one(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await deliver(rosa, check_in, "responses", check_in.client_id, entry(WORSE) | {"urgency": "wait"})
    await rosa.submit(f"/check-ins/{check_in.id}/urgency", {"urgency": "today"})
    earlier = entry({}, at=NOW - timedelta(hours=1)) | {"urgency": "wait"}
    await deliver(rosa, check_in, "answers", "a-late-one", earlier)
    assert [sent.urgency for sent in await rows(database, Response)] == ["today"]
    await deliver(
        rosa, check_in, "answers", "a-new-one-", entry({}, at=NOW + timedelta(minutes=1)) | {"urgency": "wait"}
    )
    assert [flag.urgency for flag in await rows(database, Flag)] == ["wait"]


async def test_an_unknown_urgency_is_refused(signed_in: Enter, cast: Cast, check_in: CheckIn) -> None:
    rosa = await signed_in(cast.rosa)
    content = sealed("some-client", entry({}) | {"urgency": "soon"})
    assert (await rosa.post_json(f"/check-ins/{check_in.id}/answers", content)).status_code == 400


async def test_case_141_an_earlier_choice_that_arrives_late_changes_nothing(
    database: Database, cast: Cast, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        taken = await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY | {"fall": True})
        work = work_by(db, cast.rosa)
        await urgency.choose(work, check_in.id, Urgency.TODAY, NOW)
        await urgency.choose(work, check_in.id, Urgency.CAN_WAIT, NOW - timedelta(minutes=1))
        assert taken.response.urgency == Urgency.TODAY
