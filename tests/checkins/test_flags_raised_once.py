"""An urgent answer raises its flag once, even if the check-in is sent again or completed later (case 123)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.reminders.models import Reminder
from tests.cast import Cast
from tests.checkins.sending import PUBLIC, closes_flags, posts, presses, sends
from tests.conftest import Enter
from tests.responses.delivering import check_in as check_in
from tests.stories import rows


async def alerts(database: Database) -> int:
    return len(await rows(database, Reminder, Reminder.staff_id.is_not(None)))


async def test_case_123_completing_a_check_in_raises_no_flag_that_staff_closed(
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
async def test_an_urgent_answer_raises_one_flag_whatever_follows(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, then: str
) -> None:
    """The flag was raised when the answer was given, and staff have called since."""
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


async def test_an_urgent_answer_given_again_raises_a_new_flag(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    for _ in range(2):
        await presses(rosa, check_in, {"breathing": "very-hard"}, "self")
        await closes_flags(database, cast)
    await sends(rosa, check_in, "self")
    assert len(await rows(database, Flag, Flag.item == "breathing")) == 2
