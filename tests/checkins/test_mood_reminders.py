"""Who is reminded while a check-in that a caregiver sent waits for the patient's mood (case 123)."""

from datetime import timedelta
from typing import Any

from server.checkins.models import CheckIn
from server.db import Database
from server.delivery import claims
from server.reminders.models import Attempt
from tests.cast import NOW, Cast
from tests.checkins.sending import PUBLIC, presses, sends
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.stories import rows, subscribed


async def texts_of(database: Database, at: Any) -> list[str]:
    """The devices to which the worker sends at this time."""
    async with database.writing() as db:
        posts = await claims.write_attempts(db, await claims.claim_due(db, at), at, "https://clinic.example")
        ids = [post.attempt_id for post in posts]
    return [str(attempt.device_id) for attempt in await rows(database, Attempt) if attempt.id in ids]


async def test_case_123_only_the_patient_is_reminded_of_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        own, helpers = await subscribed(db, cast.rosa), await subscribed(db, cast.luis)
    assert sorted(await texts_of(database, NOW)) == sorted([own.device_id, helpers.device_id])
    luis = await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    nudge = NOW + timedelta(days=1)
    assert await texts_of(database, nudge) == [own.device_id]


async def test_case_123_no_reminder_follows_once_the_patient_has_answered_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    await presses(rosa, check_in, {"mood": "none"}, "self")
    await sends(rosa, check_in, "self")
    assert await texts_of(database, NOW + timedelta(days=1)) == []


async def test_case_123_after_an_undo_everyone_is_reminded_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        own, helpers = await subscribed(db, cast.rosa), await subscribed(db, cast.luis)
    luis = await signed_in(cast.luis)
    await presses(luis, check_in, PUBLIC, "hands")
    await sends(luis, check_in, "hands")
    await luis.submit(f"/check-ins/{check_in.id}/withdraw")
    assert sorted(await texts_of(database, NOW + timedelta(days=1))) == sorted([own.device_id, helpers.device_id])
